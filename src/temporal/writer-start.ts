import { HOME_BACKEND } from '../contracts/execution/backends.js';
import { projectWorkflowId } from '../contracts/base/ids.js';
import { attributesOf } from '../contracts/durable/search-attributes.js';
import {
  JOB_EXECUTION_TIMEOUT,
  TASK_QUEUE,
  type DeleteProjectInput,
  type GenerateGameInput,
  type RestoreVersionInput,
  type WriterMemo,
} from '../contracts/durable/workflows.js';
import type { TuneGameInput } from '../contracts/game/settings.js';

/** What a user wants done with a project, with the input of the workflow that does it. */
export type WriterWork =
  | { kind: 'generate'; input: GenerateGameInput }
  | { kind: 'restore'; input: RestoreVersionInput }
  | { kind: 'tune'; input: TuneGameInput }
  | { kind: 'delete'; input: DeleteProjectInput };

const MAX_SUMMARY_CHARS = 60;

const WORKFLOW_TYPES = {
  generate: 'generateGame',
  restore: 'restoreVersion',
  tune: 'tuneGame',
  delete: 'deleteProject',
} as const;

/** How the workflow of a project's writer is started (A1), by the API or out of the queue (Q3). */
export function writerStart(work: WriterWork) {
  const { messageId, userId, projectId } = work.input;
  // The work has its row under this id: a job, or an action (B1).
  const workId = work.kind === 'generate' ? work.input.jobId : work.input.actionId;
  return {
    type: WORKFLOW_TYPES[work.kind],
    workId,
    options: {
      workflowId: projectWorkflowId(projectId),
      taskQueue: TASK_QUEUE,
      workflowExecutionTimeout: JOB_EXECUTION_TIMEOUT,
      args: [work.input],
      memo: { messageId, jobId: workId, kind: work.kind } satisfies WriterMemo,
      typedSearchAttributes: attributesOf({
        ...{ userId, projectId, jobId: workId, action: work.kind, backend: HOME_BACKEND },
      }),
      staticSummary: summaryOf(work),
      priority: { fairnessKey: userId },
    },
  };
}

function summaryOf({ kind, input }: WriterWork): string {
  if (kind === 'delete') return '削除';
  if (kind === 'tune')
    return `調整: ${Object.keys(input.values).join(', ').slice(0, MAX_SUMMARY_CHARS)}`;
  return kind === 'generate'
    ? `生成: ${input.content.replace(/\s+/g, ' ').slice(0, MAX_SUMMARY_CHARS)}`
    : `復元: ${input.versionId.slice(0, 7)}`;
}
