/** What every page does first: texts, icons, the navigation, the live region, the DEMO strip. */
import { readConfig } from '../net/config.js';
import { applyTexts, language, switchLanguage, text } from '../texts/index.js';
import { h } from './dom.js';
import { applyIcons } from './icons.js';
import { showNavigation } from './nav.js';
import { startServiceWorker } from './service-worker.js';
import { prepareToasts } from './toast.js';
import { followKeyboard } from './viewport.js';

/** @param {string} title of the document */
export function startPage(title) {
  document.title = title;
  applyTexts();
  applyIcons();
  showNavigation();
  prepareToasts();
  followKeyboard();
  for (const button of document.querySelectorAll('.language-switch')) {
    button.setAttribute('lang', language === 'en' ? 'ja' : 'en');
    button.addEventListener('click', switchLanguage);
  }
  void showDemoStrip();
  startServiceWorker();
}

/** Shows on every page that the built-in demo AI is at work; needs the configuration. */
async function showDemoStrip() {
  const config = await readConfig().catch(() => null);
  if (!config) return;
  // early.js reads it before the next page is painted.
  localStorage.setItem('dreamcore_demo', config.demo ? 'yes' : 'no');
  document.documentElement.classList.toggle('expects-demo', config.demo === true);
  if (!config.demo) return;
  const strip = h(
    'aside',
    { class: 'demo-strip', 'aria-label': text.demoMark },
    h('strong', {}, text.demoMark),
    h('span', {}, text.demoNote),
  );
  document.body.prepend(strip);
  document.body.classList.add('is-demo');
}
