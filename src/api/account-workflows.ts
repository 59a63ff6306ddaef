import type { Client } from '@temporalio/client';
import type {
  AccountDeletion,
  AdoptGuestInput,
  DeleteAccountInput,
} from '../contracts/rows/account.js';
import { accountWorkflowId, adoptionWorkflowId } from '../contracts/base/ids.js';
import { attributesOf, SEARCH_ATTRIBUTES } from '../contracts/durable/search-attributes.js';
import { JOB_EXECUTION_TIMEOUT, TASK_QUEUE } from '../contracts/durable/workflows.js';
import { describeOrNull } from '../temporal/describe.js';
import { ANSWER_WITHIN_MS, askTemporal } from './away.js';

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
  const within = <T>(ask: () => Promise<T>) => askTemporal(temporal, ANSWER_WITHIN_MS, ask);
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
      const run = await within(() => describeOrNull(temporal, workflowId));
      if (run === null) return null;
      const userId = run.typedSearchAttributes.get(SEARCH_ATTRIBUTES.userId);
      const { name } = run.status;
      if (name === 'RUNNING') return { state: 'running', userId };
      return { state: name === 'COMPLETED' ? 'completed' : 'failed', userId };
    },
  };
}
