/** Jobs and actions of everybody: filters, and a list whose rows open what is known of each. */
import { get } from '../net/rest.js';
import { text } from '../texts/index.js';
import { buttonOf, h } from '../ui/dom.js';
import { query } from './address.js';
import { filterForm, jobsQuery } from './filters.js';
import { duration, moment, money, userOf } from './format.js';
import { openJob } from './job-dialog.js';
import { badge, list, pager, replaceContent } from './parts.js';

/** @typedef {import('../net/session.js').Session} Session */
/** @typedef {import('../types.js').OpsWork} OpsWork */

/** @type {Record<string, string>} */
const TONES = { completed: 'good', failed: 'bad', processing: 'busy', pending: 'busy' };

/** @param {Session} session @param {HTMLElement} place @param {() => void} reload */
export function jobsView(session, place, reload) {
  const found = h('div', { class: 'ops-jobs' });
  place.replaceChildren(filterForm(reload), found);
  const linked = query().get('job');
  if (linked) void openJob(session, linked).then(reload);
  return async () => {
    const answer = await get(session, `/api/ops/jobs?${jobsQuery()}`);
    const { jobs, next, hasTemporal } = await answer.json();
    replaceContent(
      found,
      !hasTemporal && h('p', { class: 'ops-note' }, text.opsNoTemporal),
      list(rows(session, jobs, reload)),
      pager(next, reload),
    );
  };
}

/** @param {Session} session @param {OpsWork[]} jobs @param {() => void} reload */
function rows(session, jobs, reload) {
  return jobs.map((job) =>
    buttonOf(
      { class: 'ops-row', 'data-key': job.id },
      cells(job),
      () => void openJob(session, job.id).then(reload),
    ),
  );
}

/** @param {OpsWork} job */
function cells(job) {
  const { state, progress, step, failure, run } = job;
  const reason = run?.failureKind ?? failure;
  return [
    h(
      'span',
      { class: 'ops-cell-state' },
      badge(TONES[state] ?? 'plain', text.opsStates[state]),
      state === 'processing' && h('span', {}, `${progress} %`),
    ),
    h(
      'span',
      { class: 'ops-cell-kind' },
      h('strong', {}, run?.kind ?? job.kind),
      step !== null && h('span', {}, step),
    ),
    h('span', { class: 'ops-cell-why' }, reason ?? ''),
    h(
      'span',
      { class: 'ops-cell-who' },
      userOf(job),
      job.project !== null && h('span', { class: 'ops-note' }, job.project),
    ),
    h(
      'span',
      { class: 'ops-cell-where' },
      job.attempt > 1 ? `${job.backend}, ${text.opsAttempt(job.attempt)}` : job.backend,
    ),
    h('span', { class: 'ops-cell-numbers' }, `${duration(job.seconds)} · ${money(job.usd)}`),
    h('span', { class: 'ops-cell-made' }, moment(job.created_at)),
  ];
}
