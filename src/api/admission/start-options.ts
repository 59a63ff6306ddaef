import { WithStartWorkflowOperation } from '@temporalio/client';
import { projectWorkflowId } from '../../contracts/ids.js';
import { SEARCH_ATTRIBUTES } from '../../contracts/search-attributes.js';
import {
  TASK_QUEUE,
  type AdmitRequest,
  type DeleteProjectInput,
  type GenerateGameInput,
  type RestoreVersionInput,
  type WriterMemo,
} from '../../contracts/workflows.js';

/** What somebody wants to do with a project, with the input of the workflow that would do it. */
export type Admission =
  | { kind: 'generate'; input: GenerateGameInput }
  | { kind: 'restore'; input: RestoreVersionInput }
  | { kind: 'delete'; input: DeleteProjectInput };

const WORKFLOW_TYPES = {
  generate: 'generateGame',
  restore: 'restoreVersion',
  delete: 'deleteProject',
} as const;
const BACKEND = 'local';
const MAX_SUMMARY_CHARS = 60;

/** The id under which the work has its row: a job, or an action (B1). */
function workIdOf(admission: Admission): string {
  return admission.kind === 'generate' ? admission.input.jobId : admission.input.actionId;
}

/** What the running writer is told about the caller (A4). */
export function admitRequest(admission: Admission): AdmitRequest {
  const { messageId, userId } = admission.input;
  return admission.kind === 'generate'
    ? { kind: 'generate', messageId, userId, content: admission.input.content }
    : { kind: admission.kind, messageId, userId };
}

/** A new start operation: each object serves one try only (A1). */
export function startOperation(admission: Admission) {
  const { messageId, userId, projectId } = admission.input;
  const workId = workIdOf(admission);
  const memo: WriterMemo = { messageId, jobId: workId, kind: admission.kind };
  return new WithStartWorkflowOperation(WORKFLOW_TYPES[admission.kind], {
    workflowId: projectWorkflowId(projectId),
    taskQueue: TASK_QUEUE,
    workflowIdConflictPolicy: 'USE_EXISTING',
    args: [admission.input],
    memo: { ...memo },
    typedSearchAttributes: [
      { key: SEARCH_ATTRIBUTES.userId, value: userId },
      { key: SEARCH_ATTRIBUTES.projectId, value: projectId },
      { key: SEARCH_ATTRIBUTES.jobId, value: workId },
      { key: SEARCH_ATTRIBUTES.action, value: admission.kind },
      { key: SEARCH_ATTRIBUTES.backend, value: BACKEND },
    ],
    staticSummary: summaryOf(admission),
    staticDetails: `- project: \`${projectId}\`\n- user: \`${userId}\`\n- ${admission.kind === 'generate' ? 'job' : 'action'}: \`${workId}\``,
    priority: { fairnessKey: userId },
  });
}

function summaryOf(admission: Admission): string {
  switch (admission.kind) {
    case 'generate':
      return `生成: ${admission.input.content.replace(/\s+/g, ' ').slice(0, MAX_SUMMARY_CHARS)}`;
    case 'restore':
      return `復元: ${admission.input.versionId.slice(0, 7)}`;
    case 'delete':
      return '削除';
  }
}
