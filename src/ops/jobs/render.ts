import { judgingSummary } from '../../contracts/game/judging.js';
import { PlayReport } from '../../contracts/game/play.js';
import { RunUsage } from '../../contracts/execution/runner.js';
import { duration, moment, money, renderTable } from '../table.js';
import { kindOf, outcomeOf, userOf } from './list.js';
import type { ShownJob, Step } from './shown.js';

/** Everything of one job for a person. */
export function renderJob(job: ShownJob): string {
  return [
    renderHead(job),
    section('Steps', renderSteps(job.steps)),
    section('Money', renderMoney(job)),
    section('Version', renderVersion(job)),
    section('Recordings', renderRecordings(job)),
    section('Kept, unpublished', renderKept(job)),
    section('Done once more', renderReruns(job)),
    section(
      'Links',
      Object.entries(job.links).map(([what, where]) => pair(what, where)),
    ),
    section('Not known', [...job.missing]),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : [title, ...lines.map((line) => `  ${line}`)].join('\n');
}

const pair = (what: string, value: string): string => `${what.padEnd(9)} ${value}`;

function renderHead({ work, run, end }: ShownJob): string {
  const listed = { ...work, run };
  const lines = [
    `${kindOf(listed)} ${work.id}: ${outcomeOf(listed)}, ${duration(work.seconds)}`,
    pair('made', moment(work.created_at)),
    pair('user', `${userOf(work)} ${work.user_id ?? ''}`),
    pair('project', `${work.project ?? '(deleted)'} ${work.project_id ?? ''}`),
    pair('backend', `${work.backend}, ${work.attempt} attempt(s)`),
  ];
  if (work.doing !== null) lines.push(pair('doing', work.doing));
  if (run !== null) lines.push(pair('run', `${run.workflowId} ${run.runId}`));
  if (run?.build) lines.push(pair('build', run.build));
  if (end !== null) lines.push(pair('ended', end));
  if (work.error) lines.push(pair('told', work.error));
  return lines.join('\n');
}

function renderReruns({ work, reruns }: ShownJob): string[] {
  return reruns.map(({ rerunOf, jobId }) =>
    jobId === work.id ? `this is a rerun of ${rerunOf}` : `as ${jobId}`,
  );
}

const STEP_HEADERS = ['at', 'step', 'state', 'waited', 'took', 'what'];

function renderSteps(steps: readonly Step[]): string[] {
  if (steps.length === 0) return [];
  const first = Date.parse(steps[0]?.at ?? '');
  const rows = steps.map((step) => [
    `+${((Date.parse(step.at) - first) / 1_000).toFixed(1)}`,
    step.name,
    step.tries > 1 ? `${step.state} (try ${step.tries})` : step.state,
    step.waitSeconds === null ? '' : duration(step.waitSeconds),
    step.seconds === null ? '' : duration(step.seconds),
    [
      step.summary,
      step.error && `✗ ${step.error}`,
      step.earlierError && `earlier try: ${step.earlierError}`,
    ]
      .filter(Boolean)
      .join('  '),
  ]);
  return renderTable(STEP_HEADERS, rows).split('\n');
}

function renderMoney({ usage, modelUsage, work }: ShownJob): string[] {
  const rows = usage.map((entry) => [
    entry.call_id.startsWith(`${work.id}.`)
      ? `attempt ${entry.call_id.slice(work.id.length + 1)}`
      : (entry.function ?? entry.call_id),
    entry.kind,
    entry.backend,
    entry.state,
    entry.payer,
    entry.failure ?? '',
    duration(entry.seconds),
    money(entry.usd),
  ]);
  const headers = ['call', 'kind', 'backend', 'state', 'payer', 'failure', 'took', 'cost'];
  const model = RunUsage.safeParse(modelUsage);
  return [
    ...(rows.length === 0 ? [] : renderTable(headers, rows, 6).split('\n')),
    ...(model.success
      ? [
          `model: ${model.data.inputTokens} tokens in, ${model.data.outputTokens} out, ` +
            `${model.data.turns} turn(s), ${money(model.data.costUsd)}`,
        ]
      : []),
  ];
}

function renderVersion({ version, files }: ShownJob): string[] {
  if (version === null) return [];
  const parent = version.parent === null ? 'the first' : `after ${version.parent.slice(0, 7)}`;
  return [
    `${version.revision} (${parent})`,
    ...renderPlay(version['play']),
    ...(files ?? []).map(({ path, change, bytes }) =>
      change === 'removed' ? `${change} ${path}` : `${change} ${path} (${bytes} bytes)`,
    ),
  ];
}

/** What its play and its judge found about a version; nothing of one that was not played. */
function renderPlay(play: unknown): string[] {
  const report = PlayReport.safeParse(play);
  if (!report.success) return [];
  const { verdict, findings, judging } = report.data;
  const verdictLine = [verdict, ...findings.map(({ code }) => code)].join(', ');
  if (judging === undefined) return [verdictLine];
  if (judging.state !== 'judged') return [`${verdictLine}; ${judging.state}: ${judging.reason}`];
  const { met } = judgingSummary(judging);
  return [
    `${verdictLine}; judged: ${met} of ${judging.checks.length} checks met`,
    ...judging.checks.map(
      ({ check, answer, why }) =>
        `  ${answer.padEnd(9)}   ${check}${why === '' ? '' : ` (${why})`}`,
    ),
  ];
}

function renderRecordings({ recordings }: ShownJob): string[] {
  return recordings.map(
    ({ attempt, bytes, file }) => `attempt ${attempt} (${bytes} bytes) ${file}`,
  );
}

function renderKept({ kept }: ShownJob): string[] {
  return kept.map(({ kind, attempt, revision, files }) => {
    const what = attempt === null ? kind : `${kind} attempt ${attempt}`;
    return `${what} ${revision.slice(0, 7)}, ${files} file(s)`;
  });
}
