import { randomUUID } from 'node:crypto';
import {
  MAX_REPORTS,
  type ReplicateAllInput,
  type ReplicateAllOutcome,
} from '../contracts/execution/modal.js';
import { TASK_QUEUE } from '../contracts/durable/workflows.js';
import { whyWithoutModal, type Config } from '../config.js';
import { shown, type Answer, type Output } from './options.js';
import { readSettings } from './settings.js';
import { readStackFile, type StackFile } from './stack-file.js';
import { renderTable } from './table.js';
import { withServer } from './with-server.js';

export interface SyncOptions extends Output {
  /** One of the three names what is looked at. */
  readonly user?: string;
  readonly project?: string;
  readonly all?: boolean;
  readonly dryRun?: boolean;
}

const HEADERS = ['project', 'user', 'to Volume', 'problem'];

/**
 * `npx dreamcore sync`: has Volumes compared with what is published and sent what they lack; the
 * work is the workers'. 1 = a problem remains.
 */
export async function syncStores(options: SyncOptions): Promise<Answer> {
  const input = inputOf(options);
  const { config } = readSettings(options.envFile);
  const access = credentials(config, await readStackFile(config.DATA_DIR));
  const why = whyWithoutModal({ ...config, ...access });
  if (why !== null)
    throw new Error(`There are no Volumes (${why}). npx dreamcore verify looks at the store.`);
  const outcome = await replicate(options, input);
  const { dryRun } = input;
  const text = shown({ ...outcome, dryRun }, options, () => renderSync(outcome, dryRun));
  return { text, exitCode: outcome.problems > 0 ? 1 : 0 };
}

function replicate(options: SyncOptions, input: ReplicateAllInput): Promise<ReplicateAllOutcome> {
  return withServer(options.envFile, (client) =>
    client.workflow.execute<(input: ReplicateAllInput) => Promise<ReplicateAllOutcome>>(
      'replicateAll',
      { workflowId: `sync/${randomUUID()}`, taskQueue: TASK_QUEUE, args: [input] },
    ),
  );
}

function inputOf({ user, project, all, dryRun }: SyncOptions): ReplicateAllInput {
  if ([user, project, all].filter(Boolean).length !== 1)
    throw new Error('Say what to compare: --user <id>, --project <id> or --all.');
  return {
    userId: user ?? null,
    projectId: project ?? null,
    isDueOnly: false,
    dryRun: dryRun ?? false,
  };
}

/** The configuration's, or those of the stand-in for Modal of a stack that ran last. */
function credentials(
  { MODAL_TOKEN_ID, MODAL_TOKEN_SECRET }: Readonly<Config>,
  stack: StackFile | null,
): Pick<Config, 'MODAL_TOKEN_ID' | 'MODAL_TOKEN_SECRET'> {
  return {
    MODAL_TOKEN_ID: MODAL_TOKEN_ID ?? stack?.provided['MODAL_TOKEN_ID'],
    MODAL_TOKEN_SECRET: MODAL_TOKEN_SECRET ?? stack?.provided['MODAL_TOKEN_SECRET'],
  };
}

/** A line for each project that had something to do, and the sum. */
export function renderSync(outcome: ReplicateAllOutcome, dryRun: boolean): string {
  const rows = outcome.reports.map(({ projectId, userId, toVolume, problem }) => [
    projectId,
    userId,
    amount(toVolume),
    problem ?? '',
  ]);
  const lines = rows.length === 0 ? [] : [renderTable(HEADERS, rows)];
  const cut =
    rows.length === MAX_REPORTS ? [`(the first ${MAX_REPORTS}; run it again for the rest)`] : [];
  const sum =
    `${outcome.looked} project(s) looked at, ${outcome.problems} with a problem, ` +
    `${outcome.orphansRemoved} folder(s) of removed projects.`;
  return [...lines, ...cut, dryRun ? `${sum} Nothing was changed.` : sum].join('\n');
}

function amount({ revisions, assets }: { revisions: number; assets: number }): string {
  return (
    [revisions > 0 ? `${revisions} version(s)` : '', assets > 0 ? `${assets} asset(s)` : '']
      .filter(Boolean)
      .join(', ') || '-'
  );
}
