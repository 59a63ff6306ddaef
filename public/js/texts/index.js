/** Which language the screens speak, and the catalogue in that language. */

const SETTING = 'dreamcore_language';

/** Chosen by early.js, which runs before every module. */
export const language = document.documentElement.lang === 'en' ? 'en' : 'ja';

/** The catalogue of that language: early.js loads its script before the module of a page. */
export const text = window.texts;

/** Remembers the other language and shows the page in it. */
export function switchLanguage() {
  localStorage.setItem(SETTING, language === 'en' ? 'ja' : 'en');
  location.reload();
}

/**
 * Fills the page's own markup: `data-text` = content, `data-label` = accessible name and tooltip,
 * `data-title` = tooltip beside a visible text, `data-placeholder` = placeholder. Each holds a key
 * of the catalogue.
 * @param {ParentNode} root
 */
export function applyTexts(root = document) {
  document.documentElement.classList.remove('awaits-texts');
  for (const element of root.querySelectorAll('[data-text]'))
    element.textContent = lookUp(element, 'data-text');
  for (const element of root.querySelectorAll('[data-label]')) {
    const label = lookUp(element, 'data-label');
    element.setAttribute('aria-label', label);
    if (element instanceof HTMLButtonElement || element instanceof HTMLAnchorElement)
      element.title = label;
  }
  for (const element of root.querySelectorAll('[data-title]'))
    element.setAttribute('title', lookUp(element, 'data-title'));
  for (const element of root.querySelectorAll('[data-placeholder]')) {
    element.setAttribute('placeholder', lookUp(element, 'data-placeholder'));
  }
}

/**
 * @param {Element} element
 * @param {string} attribute
 */
function lookUp(element, attribute) {
  const key = element.getAttribute(attribute) ?? '';
  const value = /** @type {Record<string, unknown>} */ (text)[key];
  if (typeof value !== 'string') throw new Error(`No text named ${key}`);
  return value;
}
