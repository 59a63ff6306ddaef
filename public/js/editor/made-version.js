/** What stands in an answer about the version that was made: its image, and what it has cost. */
import { withToken } from '../list/thumb.js';
import { readStoredSession } from '../net/session-cache.js';
import { language, text } from '../texts/index.js';
import { h } from '../ui/dom.js';

/** @typedef {import('../types.js').Frame<'completed'>} Completed */
/** @typedef {Pick<Completed, 'spending' | 'screenshotUrl'>} Ending */

/**
 * @param {HTMLElement} bubble of the answer; a second telling changes nothing
 * @param {Ending} ending
 */
export function addMadeVersion(bubble, { spending, screenshotUrl }) {
  const before = bubble.querySelector('.suggestions, .answer-actions');
  const url = withToken(screenshotUrl ?? null, readStoredSession()?.access_token);
  if (url !== null && !bubble.querySelector('.made-screenshot'))
    bubble.insertBefore(screenshot(url), before);
  if (spending && !bubble.querySelector('.made-spending'))
    bubble.insertBefore(h('p', { class: 'made-spending' }, spendingWords(spending)), before);
}

/** Its place is kept before it is there. @param {string} url */
function screenshot(url) {
  const image = h('img', {
    class: 'made-screenshot',
    src: url,
    alt: text.madeScreenshot,
    width: 270,
    height: 480,
    decoding: 'async',
    onerror: () => image.remove(),
  });
  return image;
}

/**
 * What it cost, in shares of what a day allows where there is such a limit, and what is left.
 * @param {NonNullable<Completed['spending']>} spending
 */
function spendingWords({ usd, shareOfDay, shareLeft }) {
  if (shareOfDay === null || shareLeft === null) return text.spentMoney(dollars(usd));
  const spent = usd === 0 ? text.spentNothing : text.spentShare(percent(shareOfDay));
  return [spent, text.leftToday(percent(shareLeft))].join(language === 'ja' ? '' : ' ');
}

/** @param {number} share from 0 to 1 */
function percent(share) {
  const format = new Intl.NumberFormat(language, { style: 'percent' });
  return share > 0 && share < 0.01 ? `<${format.format(0.01)}` : format.format(share);
}

/** @param {number} usd */
function dollars(usd) {
  const format = new Intl.NumberFormat(language, { style: 'currency', currency: 'USD' });
  return usd > 0 && usd < 0.01 ? `<${format.format(0.01)}` : format.format(usd);
}
