import { log, ParentClosePolicy, setCurrentDetails, startChild, uuid4 } from '@temporalio/workflow';
import { searchWorkflowId } from '../contracts/base/ids.js';
import { attributesOf } from '../contracts/durable/search-attributes.js';
import { ACTION_EXECUTION_TIMEOUT, type SearchGameInput } from '../contracts/durable/workflows.js';
import { proxies } from './common/activity-proxies.js';
import { unlessCancelled } from './common/failures.js';
import { runWithFallback } from './common/run-with-fallback.js';

/** After everything that a player waits for; Temporal knows no lower one. */
const LAST = { priorityKey: 5 };

/**
 * Searches a published version in the time after its job (P3). Of one project the newest version
 * alone is searched: another search of it ends. Nothing depends on it, and no failure is passed on.
 */
export async function startSearch(input: SearchGameInput): Promise<void> {
  const { userId, projectId } = input;
  const started = startChild<typeof searchGame>('searchGame', {
    workflowId: searchWorkflowId(projectId),
    workflowIdReusePolicy: 'TERMINATE_IF_RUNNING',
    parentClosePolicy: ParentClosePolicy.ABANDON,
    workflowExecutionTimeout: ACTION_EXECUTION_TIMEOUT,
    typedSearchAttributes: attributesOf({ userId, projectId }),
    priority: { fairnessKey: userId },
    args: [input],
  });
  const left = unlessCancelled((why) =>
    log.warn('a version is not searched', { projectId, ...why }),
  );
  await started.catch(left);
}

/**
 * Replaces the tapes of a version by better ones, and never its verdict (P3). One attempt: what has
 * failed, or was cut by a shutdown of its worker, is left; the next version has its own.
 */
export async function searchGame(input: SearchGameInput): Promise<'searched' | 'skipped' | 'left'> {
  const { userId, projectId, revision } = input;
  const searchId = uuid4();
  try {
    const outcome = await runWithFallback({
      workId: searchId,
      chooseFor: { userId, projectId },
      label: '遊び方を探しています (searching)',
      isOnce: true,
      run: ({ backend }) =>
        proxies(backend).searches.searchGame.executeWithOptions(
          {
            summary: `Search ${revision.slice(0, 7)} (${backend})`,
            priority: { ...LAST, fairnessKey: userId },
          },
          [{ ...input, searchId }],
        ),
    });
    setCurrentDetails(`終了 (${outcome})`);
    return outcome;
  } catch (error) {
    return unlessCancelled(({ kind, detail }) => {
      log.warn('a search has come to nothing', { projectId, revision, kind, detail });
      setCurrentDetails(`終了 (left: ${kind})`);
      return 'left' as const;
    })(error);
  }
}
