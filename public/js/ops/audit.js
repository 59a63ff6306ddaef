/** What operators did, and why. */
import { get } from '../net/rest.js';
import { text } from '../texts/index.js';
import { h } from '../ui/dom.js';
import { asked } from './address.js';
import { moment } from './format.js';
import { list, pager, replaceContent } from './parts.js';

/** @typedef {import('../types.js').OpsAct} Act */

/**
 * @param {import('../net/session.js').Session} session @param {HTMLElement} place @param {() =>
 * void} reload
 */
export function auditView(session, place, reload) {
  return async () => {
    const words = asked(['skip']);
    const { entries, next } = await (await get(session, `/api/ops/audit?${words}`)).json();
    replaceContent(place, list(entries.map(row)), pager(next, reload));
  };
}

/** @param {Act} entry */
function row({ act, at, operatorEmail, targetId, reason }) {
  return h(
    'div',
    { class: 'ops-row ops-entry' },
    h('strong', {}, text.opsActs[act]),
    h('span', {}, reason),
    h('code', {}, targetId),
    h('span', { class: 'ops-note' }, `${operatorEmail} · ${moment(at)}`),
  );
}
