/** How everything stands: what is wrong first, then room and money, then the days. */
import { get } from '../net/rest.js';
import { text } from '../texts/index.js';
import { h } from '../ui/dom.js';
import { barChart } from './chart.js';
import { duration, moment, money, size } from './format.js';
import { badge, factList, nothing, replaceContent, section, table } from './parts.js';

/** @typedef {import('../net/session.js').Session} Session */
/** @typedef {import('../types.js').OpsHealth} Health */

/** @param {Session} session @param {HTMLElement} place */
export function healthView(session, place) {
  return async () => {
    /** @type {Health} */
    const health = await (await get(session, '/api/ops/health')).json();
    replaceContent(
      place,
      h(
        'div',
        { class: 'ops-health' },
        checks(health),
        room(health),
        days(health),
        alerts(health),
        queues(health),
        kept(health),
      ),
    );
  };
}

/** @param {Health} health */
function checks({ checks: found, watchedAt }) {
  const parts = /** @type {const} */ (['database', 'temporal', 'workers', 'disk', 'objects']);
  return section(
    text.opsChecks,
    factList([
      ...parts.map((part) => {
        const problem = found[part];
        const mark = problem === null ? badge('good', text.opsFine) : badge('bad', problem);
        return /** @type {[string, Node]} */ ([text.opsCheckNames[part], mark]);
      }),
      [text.opsWatched, watchedAt === null ? text.opsUnknown : moment(watchedAt)],
    ]),
  );
}

/** @param {Health} health */
function room({ slots, modal, budget }) {
  return section(
    text.opsSlots,
    factList([
      [
        text.opsLocalSlots,
        slots ? `${slots.held.local} (${text.opsPerWorker(slots.most.local)})` : text.opsUnknown,
      ],
      ['Modal', slots ? text.opsSlotsOf(slots.held.modal, slots.most.modal) : text.opsUnknown],
      [text.opsWaiting, slots ? String(slots.waiting) : text.opsUnknown],
      [text.opsBreaker, breaker(modal)],
      [text.opsBudget, budget ? spending(budget) : text.opsUnknown],
    ]),
  );
}

/** @param {Health['modal']} modal */
function breaker(modal) {
  if (modal === null) return text.opsUnknown;
  const { isUsed, backend } = modal;
  if (!isUsed || backend === null) return text.opsNoModal;
  const { breaker: state, breakerReason: reason } = backend;
  return h(
    'span',
    {},
    badge(state === 'closed' ? 'good' : 'bad', text.opsBreakers[state]),
    ` ${text.opsSwitch(backend.switch, backend.sharePercent)}`,
    reason && ` ${reason}`,
  );
}

/** @param {NonNullable<Health['budget']>} budget */
function spending({ spentUsd, limitUsd }) {
  if (limitUsd === 0) return `${money(spentUsd)} (${text.opsNoLimit})`;
  const said = `${money(spentUsd)} / ${money(limitUsd)}`;
  return h(
    'span',
    { class: 'ops-meter' },
    h('meter', { min: 0, max: limitUsd, high: limitUsd * 0.8, value: spentUsd }, said),
    said,
  );
}

/** @param {Health} health */
function days({ outcomes, spent }) {
  const each = (outcomes ?? []).flatMap((row) =>
    row.day === null ? [] : [{ ...row, day: row.day }],
  );
  const shown = each.reverse();
  return section(
    text.opsDays,
    h(
      'div',
      { class: 'ops-charts' },
      chart(
        text.opsOutcomes,
        outcomes &&
          shown.map(({ day, completed, failed, cancelled }) => ({
            label: text.opsOfDay(day, completed, failed, cancelled),
            parts: [
              { value: completed, tone: 'good' },
              { value: failed, tone: 'bad' },
              { value: cancelled, tone: 'plain' },
            ],
          })),
      ),
      chart(
        text.opsTimes95,
        outcomes &&
          shown.map(({ day, game_p95: p95 }) => ({
            label: `${day}: ${p95 === null ? '-' : duration(p95)}`,
            parts: [{ value: p95 ?? 0, tone: 'time' }],
          })),
      ),
      chart(
        text.opsSpent,
        spent &&
          spent.toReversed().map(({ day, usd }) => ({
            label: `${day}: ${money(usd)}`,
            parts: [{ value: usd, tone: 'money' }],
          })),
      ),
    ),
  );
}

/** @param {string} name @param {import('./chart.js').Bar[] | null} bars the oldest first */
function chart(name, bars) {
  const last = bars?.at(-1)?.label;
  const said = bars === null ? text.opsUnknown : (last ?? text.opsNothing);
  return h(
    'figure',
    { class: 'ops-figure' },
    h('figcaption', {}, h('strong', {}, name), h('span', {}, said)),
    bars && bars.length > 0 && barChart(name, bars),
  );
}

/** @param {Health} health */
function alerts({ alerts: found }) {
  if (found === null) return section(text.opsAlerts, nothing(text.opsUnknown));
  if (found.length === 0) return section(text.opsAlerts, nothing(text.opsNoAlerts));
  return section(
    text.opsAlerts,
    h(
      'ul',
      { class: 'ops-findings' },
      found.map((alert) =>
        h(
          'li',
          {},
          alert.cleared_at === null && badge('bad', text.opsStands),
          h('strong', {}, ` ${alert.kind} ${alert.key}`),
          h('p', {}, alert.message),
          h('p', { class: 'ops-note' }, `${moment(alert.seen_at)} · ${text.opsTimes(alert.times)}`),
        ),
      ),
    ),
  );
}

/** @param {Health} health */
function queues({ queues: found }) {
  if (found === null) return section(text.opsQueues, nothing(text.opsUnknown));
  return section(
    text.opsQueues,
    table(
      text.opsQueues,
      [text.opsQueue, text.opsPollers, text.opsBacklog, text.opsOldest],
      found.map(({ name, pollers, backlog, ageSeconds }) => [
        name,
        String(pollers),
        String(backlog),
        backlog === 0 ? '-' : duration(ageSeconds),
      ]),
    ),
  );
}

/** @param {Health} health */
function kept({ kept: found }) {
  if (found === null) return section(text.opsKept, nothing(text.opsUnknown));
  if (found.length === 0) return section(text.opsKept, nothing());
  return section(
    text.opsKept,
    table(
      text.opsKept,
      [text.opsWho, text.opsHere, text.opsChanged],
      found.map((row) => [
        h('a', { class: 'link-button', href: `/ops?user=${row.user_id}` }, row.user_id),
        size(row.kept_bytes),
        moment(row.measured_at),
      ]),
    ),
  );
}
