import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  defineSignal,
  getExternalWorkflowHandle,
  log,
  ParentClosePolicy,
  setCurrentDetails,
  setHandler,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import { replicationWorkflowId } from '../contracts/base/ids.js';
import { JOB_EXECUTION_TIMEOUT } from '../contracts/durable/workflows.js';
import {
  MAX_REPORTS,
  REPLICATE_SIGNAL,
  type ReplicateAllInput,
  type ReplicateAllOutcome,
  type ReplicateProjectInput,
  type ReplicationReport,
} from '../contracts/execution/modal.js';
import { specOf } from '../contracts/execution/backends.js';
import { replication, shared } from './common/activity-proxies.js';
import { continueOnCurrentBuild } from './common/continue-on-current.js';
import { unlessCancelled } from './common/failures.js';

const replicateSignal = defineSignal(REPLICATE_SIGNAL);
/** What the Schedule does: whatever is not known to be shown. */
const ROUND: ReplicateAllInput = { userId: null, projectId: null, isDueOnly: true, dryRun: false };
const PAGE = 20;
/** Each is a call on its user's Volume, and other work waits for the same slots. */
const AT_ONCE = 4;

interface Target {
  userId: string;
  projectId: string;
}

/**
 * Lets the user's Volume show what was published here; outlives the caller and is never part of a
 * job's path. A running replication gets a signal to sync once more; should it end at
 * this moment, the next version or the Schedule brings what it missed.
 */
export async function startReplication({ userId, projectId }: Target): Promise<void> {
  const workflowId = replicationWorkflowId(projectId);
  try {
    await startChild<typeof replicateProject>('replicateProject', {
      workflowId,
      parentClosePolicy: ParentClosePolicy.ABANDON,
      workflowExecutionTimeout: JOB_EXECUTION_TIMEOUT,
      args: [{ userId, projectId }],
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    await getExternalWorkflowHandle(workflowId)
      .signal(REPLICATE_SIGNAL)
      .catch(() => undefined);
  }
}

/** Starts the replication of a new version where the user's work is done beside a Volume. */
export async function replicateVersion(job: Target & { jobId: string }): Promise<void> {
  const { backend } = await shared.chooseBackend(job);
  if (specOf(backend).keepsVolume) await startReplication(job);
}

/**
 * Brings the view of a project on its user's Volume up to date. A publication that happens
 * meanwhile signals it: then it looks once more, so that no request is lost. A Modal that is down
 * is a problem of the report; the next request or round goes on.
 */
export async function replicateProject(input: ReplicateProjectInput): Promise<ReplicationReport> {
  let isAsked = false;
  setHandler(replicateSignal, () => {
    isAsked = true;
  });
  for (;;) {
    isAsked = false;
    setCurrentDetails('コピーしています (replicating)');
    const report = await replicateOnce(input);
    if (!isAsked) {
      setCurrentDetails(report.problem === null ? '一致 (in sync)' : `要確認 (${report.problem})`);
      return report;
    }
    if (workflowInfo().continueAsNewSuggested)
      await continueOnCurrentBuild<typeof replicateProject>(input);
  }
}

/** Syncs once; a failure is the `problem` of the report. */
function replicateOnce(input: ReplicateProjectInput): Promise<ReplicationReport> {
  const { userId, projectId } = input;
  const nothing = { userId, projectId, toVolume: { revisions: 0, assets: 0 } };
  return replication
    .replicateProject(input)
    .catch(unlessCancelled(({ kind, detail }) => ({ ...nothing, problem: `${kind}: ${detail}` })));
}

/** One round over many projects, page by page; removes what is left of deleted projects. */
export async function replicateAll(input: ReplicateAllInput = ROUND): Promise<ReplicateAllOutcome> {
  const outcome = input.carried?.outcome ?? {
    looked: 0,
    reports: [],
    problems: 0,
    orphansRemoved: 0,
  };
  const { dryRun } = input;
  let after = input.carried?.after ?? null;
  for (;;) {
    const page = await replication.listReplicationTargets({
      ...scopeOf(input),
      after,
      limit: PAGE,
    });
    for (let at = 0; at < page.length; at += AT_ONCE) {
      const reports = await Promise.all(
        page.slice(at, at + AT_ONCE).map((target) => replicateOnce({ ...target, dryRun })),
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
      await continueOnCurrentBuild<typeof replicateAll>({ ...input, carried: { after, outcome } });
  }
  if (input.projectId === null) outcome.orphansRemoved += await removeOrphans(input);
  return outcome;
}

function scopeOf({ userId, projectId, isDueOnly }: ReplicateAllInput) {
  return { userId, projectId, isDueOnly };
}

function count(outcome: ReplicateAllOutcome, report: ReplicationReport): void {
  const { toVolume, problem } = report;
  const moved = toVolume.revisions + toVolume.assets;
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

/** What cannot be tidied up now is left to the next round. */
async function orLater<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    log.warn('tidying a Volume failed', { error });
    return null;
  }
}
