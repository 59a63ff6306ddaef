import {
  continueAsNew,
  defineSignal,
  isCancellation,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import {
  REPLICATE_SIGNAL,
  type ReplicateProjectInput,
  type ReplicationReport,
} from '../contracts/modal.js';
import { replication } from './activity-proxies.js';
import { classifyFailure } from './failures.js';

const replicateSignal = defineSignal(REPLICATE_SIGNAL);

/**
 * Brings mirror and Volume of a project level. Whoever published something while it runs signals
 * it: then it looks once more, so that no request is lost. A Modal that is away is a problem of the
 * report; the next request or round goes on.
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
      setCurrentDetails(report.problem === null ? '一致 (level)' : `要確認 (${report.problem})`);
      return report;
    }
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof replicateProject>(input);
  }
}

/** One look; whatever goes wrong is told in the report. */
export async function replicateOnce(input: ReplicateProjectInput): Promise<ReplicationReport> {
  try {
    return await replication.replicateProject(input);
  } catch (error) {
    if (isCancellation(error)) throw error;
    const { userId, projectId } = input;
    const nothing = { revisions: 0, assets: 0 };
    const { kind, detail } = classifyFailure(error);
    return {
      userId,
      projectId,
      toVolume: nothing,
      toMirror: nothing,
      problem: `${kind}: ${detail}`,
    };
  }
}
