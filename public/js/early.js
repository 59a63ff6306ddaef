/*
 * Runs before the first paint: what a page knows from its last visit, so that nothing moves when
 * the rest arrives, and the language, so that its words come with the modules that want them.
 */
if (localStorage.getItem('dreamcore_demo') === 'yes')
  document.documentElement.classList.add('expects-demo');

/* A stored setting wins; then the browser's own language; Japanese when in doubt. */
{
  const setting = localStorage.getItem('dreamcore_language');
  const browserSpeaks = (navigator.language || 'ja').toLowerCase().startsWith('en') ? 'en' : 'ja';
  const language = setting === 'ja' || setting === 'en' ? setting : browserSpeaks;
  document.documentElement.lang = language;

  const CATALOGUES = {
    ja: ['start-ja', 'ja', 'ja-assets', 'ja-mypage', 'ja-ops', 'ja-publish'],
    en: ['start-en', 'en', 'en-assets', 'en-mypage', 'en-ops', 'en-publish', 'en-said'],
  };
  const { src } = /** @type {HTMLScriptElement} */ (document.currentScript);
  for (const name of CATALOGUES[language]) {
    const link = document.createElement('link');
    link.rel = 'modulepreload';
    // Beside this script's own address, which may name a version.
    link.href = new URL(`texts/${name}.js`, src).pathname;
    document.head.append(link);
  }
}
