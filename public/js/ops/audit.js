/** What operators did, and why. */
import { get } from '../net/rest.js';
import { text } from '../texts/index.js';
import { h } from '../ui/dom.js';
import { asked, setQuery } from './address.js';
import { moment } from './format.js';
import { nothing, pager, replaceContent } from './parts.js';

/** @typedef {import('../types.js').OpsAudit} Audit */

/**
 * @param {import('../net/session.js').Session} session @param {HTMLElement} place @param {() =>
 * void} reload
 */
export function auditView(session, place, reload) {
  return async () => {
    const words = asked(['skip']);
    /** @type {Audit} */
    const { entries, next } = await (await get(session, `/api/ops/audit?${words}`)).json();
    replaceContent(
      place,
      entries.length === 0
        ? nothing()
        : h(
            'ul',
            { class: 'ops-list' },
            entries.map((entry) => h('li', {}, row(entry))),
          ),
      pager({
        skip: Number(words.get('skip') ?? 0),
        next,
        to: (skip) => {
          setQuery({ skip: skip === 0 ? '' : String(skip) });
          reload();
        },
      }),
    );
  };
}

/** @param {Audit['entries'][number]} entry */
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
