/*
 * The last thing of every page: begins the words in the person's language, then the page that the
 * markup names (`data-page`). Both are read in this order, and before the page counts as loaded.
 */
{
  const { src } = /** @type {HTMLScriptElement} */ (document.currentScript);
  const { lang } = document.documentElement;
  for (const name of [`texts/start-${lang}`, `pages/${document.body.dataset['page']}`]) {
    const script = document.createElement('script');
    script.type = 'module';
    script.async = false;
    // Beside this script's own address, which may name a version.
    script.src = new URL(`${name}.js`, src).pathname;
    document.body.append(script);
  }
}
