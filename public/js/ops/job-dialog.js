/** What is known of one job or action, and what can be done with it. */
import { get } from '../net/rest.js';
import { text } from '../texts/index.js';
import { explainFailure } from '../texts/server-words.js';
import { dialogHeader, openDialog } from '../ui/dialog.js';
import { buttonOf, h } from '../ui/dom.js';
import { saveFile } from '../ui/file-name.js';
import { toast } from '../ui/toast.js';
import { doAct } from './act.js';
import { setQuery } from './address.js';
import { duration, moment, money, size, userOf } from './format.js';
import { factList, nothing, outside, section, table } from './parts.js';

/** @typedef {import('../net/session.js').Session} Session */
/** @typedef {import('../types.js').OpsDetail} OpsDetail */

/**
 * Resolves when it is closed; meanwhile the address names it.
 * @param {Session} session @param {string} id
 */
export async function openJob(session, id) {
  setQuery({ job: id });
  const body = h('div', { class: 'dialog-body ops-detail', 'aria-busy': 'true' }, text.loading);
  const { closed, close } = openDialog({
    className: 'work-dialog',
    title: text.opsJob,
    content: (dismiss) => [dialogHeader(dismiss), body],
  });
  try {
    const detail = await (await get(session, path(id))).json();
    body.replaceChildren(...content(session, detail, close));
  } catch {
    body.replaceChildren(nothing(text.opsFailed));
  }
  body.removeAttribute('aria-busy');
  await closed;
  setQuery({ job: '' });
}

/** @param {string} id */
const path = (id) => `/api/ops/jobs/${encodeURIComponent(id)}`;

/** @param {Session} session @param {OpsDetail} detail @param {() => void} close */
function content(session, detail, close) {
  return [
    acts(session, detail, close),
    facts(detail),
    links(detail),
    detail.version?.play && playReport(detail.version.play),
    detail.recordings.length > 0 && recordings(session, detail),
    detail.usage.length > 0 && account(detail),
    detail.reruns.length > 0 && reruns(detail),
  ].filter((part) => part instanceof Node);
}

/** @param {Session} session @param {OpsDetail} detail @param {() => void} close */
function acts(session, { job }, close) {
  const isOpen = job.state === 'pending' || job.state === 'processing';
  return h(
    'div',
    { class: 'ops-acts' },
    isOpen && actButton(text.opsCancel, () => cancel(session, job.id, close)),
    job.kind === 'generate' && actButton(text.opsRerun, () => rerun(session, job.id, close)),
  );
}

/** @param {string} label @param {() => Promise<void>} run */
function actButton(label, run) {
  return buttonOf('button compact', label, () => void run());
}

/** @param {Session} session @param {string} id @param {() => void} close */
async function cancel(session, id, close) {
  const answer = await doAct(session, {
    path: `${path(id)}/cancel`,
    iconName: 'stop',
    title: text.opsCancel,
    line: text.opsCancelLine,
  });
  if (!answer) return;
  const { outcome } = await answer.json();
  if (outcome === 'cancelled') toast(text.opsCancelled, { kind: 'success' });
  else toast(text.opsTooLate);
  close();
}

/** @param {Session} session @param {string} id @param {() => void} close */
async function rerun(session, id, close) {
  const answer = await doAct(session, {
    path: `${path(id)}/rerun`,
    iconName: 'reload',
    title: text.opsRerun,
    line: text.opsRerunLine,
    choice: { name: 'from', label: text.opsRerunFrom, options: Object.entries(text.opsRerunSteps) },
  });
  if (!answer) return;
  toast(text.opsRerunDone, { kind: 'success' });
  close();
}

/** @param {OpsDetail} detail */
function facts({ job }) {
  return factList([
    ['ID', job.id],
    [text.opsState, `${text.opsStates[job.state]}${job.step ? ` (${job.step})` : ''}`],
    ...doingNow(job),
    [text.opsKind, job.run?.kind ?? job.kind],
    [text.opsFailure, job.run?.failureKind ?? job.failure ?? '-'],
    [text.opsError, readByUser(job)],
    [text.opsWho, userOf(job)],
    [text.opsProject, job.project ?? job.project_id ?? text.opsDeleted],
    [text.opsBackend, placeOf(job)],
    [text.opsMade, moment(job.created_at)],
    [text.opsTook, duration(job.seconds)],
    [text.opsCost, money(job.usd)],
  ]);
}

/** Where its last attempt runs, if there was one. @param {OpsDetail['job']} job */
const placeOf = ({ backend, attempt }) =>
  attempt > 0 ? `${backend}, ${text.opsAttempt(attempt)}` : backend;

/** An ended job does nothing. @param {OpsDetail['job']} job @returns {[string, string][]} */
const doingNow = ({ doing }) => (doing ? [[text.opsDoing, doing]] : []);

/** As the chat shows it, in the language of this screen. @param {OpsDetail['job']} job */
function readByUser({ error, failure, run }) {
  if (!error) return '-';
  return explainFailure({ message: error, code: run?.failureKind ?? failure ?? undefined })
    .sentence;
}

/** @param {OpsDetail} detail */
function links({ job, streamUrl, gameId }) {
  const present = [
    job.temporalUrl && outside(job.temporalUrl, text.opsTemporal),
    streamUrl && outside(streamUrl, text.opsStream),
    gameId && outside(`/play/${gameId}`, text.opsPlayPage),
  ].filter((link) => link instanceof Node);
  return present.length > 0 && section(text.opsLinks, ...present);
}

/** @param {NonNullable<NonNullable<OpsDetail['version']>['play']>} play */
function playReport({ verdict, findings, notes, reason }) {
  return section(
    text.opsPlay,
    h('p', {}, [text.opsPlays[verdict], reason].filter(Boolean).join(': ')),
    h(
      'ul',
      { class: 'ops-findings' },
      [...findings, ...notes].map(({ code, when, words, evidence }) =>
        h(
          'li',
          {},
          h('strong', {}, `${code} (${when})`),
          ` ${words}`,
          evidence && h('code', {}, evidence),
        ),
      ),
    ),
  );
}

/** @param {Session} session @param {OpsDetail} detail */
function recordings(session, { job, recordings: kept }) {
  return section(
    text.opsRecordings,
    h(
      'div',
      { class: 'ops-acts' },
      kept.map(({ attempt, bytes }) =>
        actButton(`${text.opsRecording(attempt)} (${size(bytes)})`, async () => {
          const answer = await doAct(session, {
            path: `${path(job.id)}/recordings/${attempt}`,
            iconName: 'download',
            title: text.opsRead,
            line: text.opsReadLine,
          });
          if (answer) saveFile(await answer.blob(), `${job.id}-${attempt}.jsonl.gz`);
        }),
      ),
    ),
  );
}

/** @param {OpsDetail} detail */
function account({ usage }) {
  return section(
    text.opsAccount,
    table(
      text.opsAccount,
      [text.opsKind, text.opsBackend, text.opsState, text.opsFailure, text.opsTook, text.opsCost],
      usage.map((entry) => [
        entry.kind,
        entry.backend,
        `${entry.state} (${entry.payer})`,
        entry.failure ?? '',
        duration(entry.seconds),
        money(entry.usd),
      ]),
    ),
  );
}

/** @param {OpsDetail} detail */
function reruns({ job, reruns: known }) {
  return section(
    text.opsReruns,
    h(
      'ul',
      { class: 'ops-findings' },
      known.map(({ rerunOf, jobId }) =>
        h('li', {}, h('code', {}, jobId === job.id ? `← ${rerunOf}` : `→ ${jobId}`)),
      ),
    ),
  );
}
