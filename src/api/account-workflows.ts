import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { withTimeout } from '../concurrency.js';
import type {
  AccountDeletion,
  AdoptGuestInput,
  DeleteAccountInput,
} from '../contracts/rows/account.js';
import { unavailable } from '../contracts/base/errors.js';
import { accountWorkflowId, adoptionWorkflowId } from '../contracts/base/ids.js';
import { attributesOf, SEARCH_ATTRIBUTES } from '../contracts/durable/search-attributes.js';
import { JOB_EXECUTION_TIMEOUT, TASK_QUEUE } from '../contracts/durable/workflows.js';

/** The client gets an answer within 5 s when Temporal is unavailable. */
const ANSWER_WITHIN_MS = 4_000;

type State = AccountDeletion['state'];

export type AccountDeletions = ReturnType<typeof createAccountDeletions>;

/** The deletion of accounts, as the API begins it and looks at it. */
export function createAccountDeletions(temporal: Client) {
  const runs = runsOf(temporal, 'deleteAccount', 'アカウントの削除');
  return {
    /** Begins it, or joins one that goes on. */
    start: (userId: string) =>
      runs.start(accountWorkflowId(userId), userId, { userId } satisfies DeleteAccountInput),
    /** Null = it was not requested. */
    state: async (userId: string): Promise<State | null> =>
      (await runs.read(accountWorkflowId(userId)))?.state ?? null,
  };
}

export type GuestAdoptions = ReturnType<typeof createGuestAdoptions>;

/** How guests' projects come to the accounts that they signed in to. */
export function createGuestAdoptions(temporal: Client) {
  const runs = runsOf(temporal, 'adoptGuest', 'ゲストのゲームの引き継ぎ');
  return {
    /** Begins it, or joins one that goes on. */
    start: (input: AdoptGuestInput) =>
      runs.start(adoptionWorkflowId(input.guestId), input.userId, input),
    /** Null = it was not requested for this user. */
    async state({ guestId, userId }: AdoptGuestInput): Promise<State | null> {
      const run = await runs.read(adoptionWorkflowId(guestId));
      return run?.userId === userId ? run.state : null;
    },
  };
}

/** Workflows of one type that go on for an account, each at most once at a time. */
function runsOf(temporal: Client, type: string, staticSummary: string) {
  const within = <T>(ask: () => Promise<T>): Promise<T> =>
    withTimeout(temporal.withDeadline(Date.now() + ANSWER_WITHIN_MS, ask), ANSWER_WITHIN_MS, () =>
      unavailable('Temporal does not answer'),
    );
  return {
    async start(workflowId: string, userId: string, input: object): Promise<void> {
      await within(() =>
        temporal.workflow.start(type, {
          workflowId,
          taskQueue: TASK_QUEUE,
          workflowExecutionTimeout: JOB_EXECUTION_TIMEOUT,
          workflowIdConflictPolicy: 'USE_EXISTING',
          args: [input],
          staticSummary,
          typedSearchAttributes: attributesOf({ userId, action: type }),
        }),
      );
    },

    /** The newest one and its user; null = there was none. */
    async read(workflowId: string): Promise<{ state: State; userId: string | undefined } | null> {
      try {
        const handle = temporal.workflow.getHandle(workflowId);
        const { status, typedSearchAttributes } = await within(() => handle.describe());
        const userId = typedSearchAttributes.get(SEARCH_ATTRIBUTES.userId);
        if (status.name === 'RUNNING') return { state: 'running', userId };
        return { state: status.name === 'COMPLETED' ? 'completed' : 'failed', userId };
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return null;
        throw error;
      }
    },
  };
}
