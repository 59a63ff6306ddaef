import { ParentClosePolicy, startChild } from '@temporalio/workflow';
import { HOME_BACKEND } from '../contracts/execution/backends.js';
import { jobIdFor, projectWorkflowId } from '../contracts/base/ids.js';
import type {
  JobRerun,
  RerunCopy,
  RerunJobInput,
  TakenGame,
  TakenWork,
} from '../contracts/durable/rerun.js';
import { attributesOf } from '../contracts/durable/search-attributes.js';
import { JOB_EXECUTION_TIMEOUT, type WriterMemo } from '../contracts/durable/workflows.js';
import { shared } from './common/activity-proxies.js';
import { generateGame } from './game/generate-game.js';
import { runAction } from './common/run-action.js';

/**
 * An operator has a job done once more: a copy of its project as it was then, and in it a job of
 * the operator's like any other, which outlives this action. The row names both jobs (E9).
 */
export async function rerunJob(input: RerunJobInput): Promise<JobRerun> {
  const { actionId, userId, asked } = input;
  return runAction('rerunJob', input, async () => {
    const copy = await shared.copyForRerun.executeWithOptions(
      { summary: `Copy the project as job ${input.jobId} found it` },
      [input],
    );
    const { projectId } = copy;
    const jobId = jobIdFor(projectId, actionId);
    const taken = input.taken && takenInto(copy, input.taken);
    await startChild(generateGame, {
      workflowId: projectWorkflowId(projectId),
      workflowExecutionTimeout: JOB_EXECUTION_TIMEOUT,
      parentClosePolicy: ParentClosePolicy.ABANDON,
      args: [{ ...asked, jobId, messageId: actionId, userId, projectId, ...(taken && { taken }) }],
      memo: { messageId: actionId, jobId, kind: 'generate' } satisfies WriterMemo,
      typedSearchAttributes: attributesOf({
        ...{ userId, projectId, jobId, action: 'generate', backend: HOME_BACKEND },
      }),
      staticSummary: `再実行 (rerun): ${input.jobId}`,
      priority: { fairnessKey: userId },
    });
    return { rerunOf: input.jobId, jobId, projectId };
  });
}

/** Its revisions are the copy's: neither project knows those of the other. */
function takenInto(
  { parent = null, candidate: revision }: RerunCopy,
  { plan, candidate, play }: TakenWork,
): TakenGame {
  return {
    plan: { ...plan, spec: { ...plan.spec, parent } },
    ...(candidate && revision !== undefined && { candidate: { ...candidate, revision } }),
    ...(play && { play }),
  };
}
