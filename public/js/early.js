/*
 * Runs before the first paint: what a page knows from its last visit, so that nothing moves when
 * the rest arrives; the language; and, once the markup is read, the texts in that language and the
 * page's module (`data-page`), in this order and before the page counts as loaded.
 */
if (localStorage.getItem('dreamcore_demo') === 'yes')
  document.documentElement.classList.add('expects-demo');

/* A stored setting wins; then the browser's own language; Japanese when in doubt. */
{
  const setting = localStorage.getItem('dreamcore_language');
  const browserSpeaks = (navigator.language || 'ja').toLowerCase().startsWith('en') ? 'en' : 'ja';
  const language = setting === 'ja' || setting === 'en' ? setting : browserSpeaks;
  document.documentElement.lang = language;
  // The markup speaks Japanese.
  if (language !== 'ja') document.documentElement.classList.add('awaits-texts');

  const { src } = /** @type {HTMLScriptElement} */ (document.currentScript);
  // Beside this script's own address, which may name a version.
  const beside = (/** @type {string} */ name) => new URL(`${name}.js`, src).pathname;
  const texts = beside(`texts/${language}`);
  const preload = document.createElement('link');
  preload.rel = 'preload';
  preload.as = 'script';
  preload.href = texts;
  document.head.append(preload);

  document.addEventListener('DOMContentLoaded', () => {
    const page = beside(`pages/${document.body.dataset['page']}`);
    for (const [address, type] of [
      [texts, ''],
      [page, 'module'],
    ]) {
      const script = document.createElement('script');
      Object.assign(script, { src: address, type, async: false });
      document.body.append(script);
    }
  });
}
