/** What the person's games have cost, day by day, and what a day may cost. */
import { get } from '../net/rest.js';
import { language, text } from '../texts/index.js';
import { byId, h } from '../ui/dom.js';

const money = new Intl.NumberFormat(language === 'en' ? 'en' : 'ja-JP', {
  style: 'currency',
  currency: 'USD',
});

/** A sum that would read as nothing is shown as less than a cent. @param {number} usd */
const sumOf = (usd) => (usd > 0 && usd < 0.005 ? `< ${money.format(0.01)}` : money.format(usd));

/** @typedef {{ day: string, runs: number, usd: number, reservedUsd: number }} Day */

/**
 * Reads the costs when the list of them is opened.
 * @param {import('../net/session.js').Session} session
 */
export function wireUsage(session) {
  const list = byId('usage', HTMLDetailsElement);
  const shown = byId('usageDays', HTMLDivElement);
  list.addEventListener('toggle', async () => {
    if (!list.open) return;
    shown.replaceChildren(h('p', { class: 'account-note' }, text.loading));
    try {
      /** @type {{ todayUsd: number, limitUsd: number | null, days: Day[] }} */
      const { todayUsd, limitUsd, days } = await (await get(session, '/api/account/usage')).json();
      const today = sumOf(todayUsd);
      const reserved = days.reduce((sum, { reservedUsd }) => sum + reservedUsd, 0);
      shown.replaceChildren(
        h(
          'p',
          {},
          limitUsd === null ? text.usageToday(today) : text.usageOf(today, money.format(limitUsd)),
        ),
        days.length === 0 ? h('p', { class: 'account-note' }, text.usageNone) : table(days),
        ...(reserved > 0
          ? [h('p', { class: 'account-note' }, text.usageReserved(sumOf(reserved)))]
          : []),
      );
    } catch {
      shown.replaceChildren(h('p', { class: 'account-note' }, text.usageFailed));
    }
  });
}

/** @param {Day[]} days */
function table(days) {
  return h(
    'table',
    { class: 'usage-days' },
    h('thead', {}, row('th', [text.usageDay, text.usageRuns, text.usageCost])),
    h(
      'tbody',
      {},
      days.map(({ day, runs, usd }) => row('td', [day, String(runs), sumOf(usd)])),
    ),
  );
}

/** @param {'td' | 'th'} cell @param {string[]} values */
const row = (cell, values) =>
  h(
    'tr',
    {},
    values.map((value) => h(cell, cell === 'th' ? { scope: 'col' } : {}, value)),
  );
