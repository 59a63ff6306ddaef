import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import {
  MAX_REPORTS,
  type ReplicateAllInput,
  type ReplicateAllOutcome,
} from '../contracts/modal.js';
import { TASK_QUEUE } from '../contracts/workflows.js';
import { whyWithoutModal, type Config } from '../config.js';
import { readSettings } from './settings.js';
import { temporalPlace } from '../temporal.js';
import { readStackFile } from './stack-file.js';

export interface SyncOptions {
  /** One of the three says what is looked at. */
  readonly user?: string;
  readonly project?: string;
  readonly all?: boolean;
  readonly dryRun?: boolean;
  readonly envFile?: string;
}

const HEADERS = ['project', 'user', 'to Volume', 'to mirror', 'problem'];

/**
 * `npx dreamcore sync`: has mirror and Volumes compared and brought level; the work is the
 * workers'. 1 = a problem remains.
 */
export async function syncStores(options: SyncOptions): Promise<{ text: string; exitCode: 0 | 1 }> {
  const input = inputOf(options);
  const { config, stack } = await runningConfig(options.envFile);
  const obstacle = whyWithoutModal({ ...config, ...stack });
  if (obstacle !== null) throw new Error(`There are no Volumes to compare with: ${obstacle}.`);
  const temporal = temporalPlace({ ...config, ...stack });
  const connection = await Connection.connect(temporal.connection);
  try {
    const client = new Client({ connection, namespace: temporal.namespace });
    const outcome = await client.workflow.execute<
      (input: ReplicateAllInput) => Promise<ReplicateAllOutcome>
    >('replicateAll', {
      workflowId: `sync/${randomUUID()}`,
      taskQueue: TASK_QUEUE,
      args: [input],
    });
    return { text: renderSync(outcome, input.dryRun), exitCode: outcome.problems > 0 ? 1 : 0 };
  } finally {
    await connection.close();
  }
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

/** The configuration, and what the embedded parts of a stack that ran last add to it. */
async function runningConfig(
  envFile: string | undefined,
): Promise<{ config: Readonly<Config>; stack: Partial<Config> }> {
  const { env, config } = readSettings(envFile);
  const { TEMPORAL_ADDRESS, MODAL_TOKEN_ID, MODAL_TOKEN_SECRET } = {
    ...(await readStackFile(config.DATA_DIR))?.provided,
    ...env,
  };
  return {
    config,
    stack: {
      ...(TEMPORAL_ADDRESS ? { TEMPORAL_ADDRESS } : {}),
      ...(MODAL_TOKEN_ID ? { MODAL_TOKEN_ID } : {}),
      ...(MODAL_TOKEN_SECRET ? { MODAL_TOKEN_SECRET } : {}),
    },
  };
}

/** A line for each project that had something to do, and the sum. */
export function renderSync(outcome: ReplicateAllOutcome, dryRun: boolean): string {
  const rows = outcome.reports.map(({ projectId, userId, toVolume, toMirror, problem }) => [
    projectId,
    userId,
    amount(toVolume),
    amount(toMirror),
    problem ?? '',
  ]);
  const table = rows.length === 0 ? [] : [HEADERS, ...rows];
  const widths = HEADERS.map((_, column) =>
    Math.max(0, ...table.map((cells) => cells[column]?.length ?? 0)),
  );
  const lines = table.map((cells) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
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
