import { continueAsNew, log, setCurrentDetails, workflowInfo } from '@temporalio/workflow';
import {
  MAX_REPORTS,
  type ReplicateAllInput,
  type ReplicateAllOutcome,
  type ReplicationReport,
} from '../contracts/modal.js';
import { replication } from './activity-proxies.js';
import { replicateOnce } from './replicate-project.js';

/** What the Schedule does: whatever is not known to be level. */
const ROUND: ReplicateAllInput = { userId: null, projectId: null, isDueOnly: true, dryRun: false };
const PAGE = 20;
/** Each is a call on its user's Volume, and other work waits for the same slots. */
const AT_ONCE = 4;

type Target = { userId: string; projectId: string };

/**
 * One round over many projects, page by page: level each, let old candidates go, remove what is
 * left of projects that are gone.
 */
export async function replicateAll(input: ReplicateAllInput = ROUND): Promise<ReplicateAllOutcome> {
  const outcome = input.carried?.outcome ?? {
    looked: 0,
    reports: [],
    problems: 0,
    orphansRemoved: 0,
  };
  let after = input.carried?.after ?? null;
  for (;;) {
    const page = await replication.listReplicationTargets({
      ...scopeOf(input),
      after,
      limit: PAGE,
    });
    for (let at = 0; at < page.length; at += AT_ONCE) {
      const reports = await Promise.all(
        page.slice(at, at + AT_ONCE).map((target) => syncOne(target, input.dryRun)),
      );
      for (const report of reports) count(outcome, report);
    }
    setCurrentDetails(
      `${outcome.looked} 件を確認 (looked at ${outcome.looked}, problems ${outcome.problems})`,
    );
    const last = page.at(-1);
    if (page.length < PAGE || last === undefined) break;
    after = last.projectId;
    if (workflowInfo().continueAsNewSuggested)
      await continueAsNew<typeof replicateAll>({ ...input, carried: { after, outcome } });
  }
  if (input.projectId === null) outcome.orphansRemoved += await removeOrphans(input);
  return outcome;
}

function scopeOf({ userId, projectId, isDueOnly }: ReplicateAllInput) {
  return { userId, projectId, isDueOnly };
}

async function syncOne(target: Target, dryRun: boolean): Promise<ReplicationReport> {
  const report = await replicateOnce({ ...target, dryRun });
  if (!dryRun && report.problem === null) await orLater(replication.pruneVolume(target));
  return report;
}

function count(outcome: ReplicateAllOutcome, report: ReplicationReport): void {
  const { toVolume, toMirror, problem } = report;
  const moved = toVolume.revisions + toVolume.assets + toMirror.revisions + toMirror.assets;
  outcome.looked += 1;
  if (problem !== null) outcome.problems += 1;
  if ((moved > 0 || problem !== null) && outcome.reports.length < MAX_REPORTS)
    outcome.reports.push(report);
}

async function removeOrphans({ userId, dryRun }: ReplicateAllInput): Promise<number> {
  const users = userId === null ? await replication.listUsersWithOrphans() : [userId];
  let removed = 0;
  for (const each of users)
    removed += (await orLater(replication.removeOrphans({ userId: each, dryRun })))?.removed ?? 0;
  return removed;
}

/** Tidying that fails is the next round's. */
async function orLater<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    log.warn('tidying a Volume failed', { error });
    return null;
  }
}
