import type { Config } from '../../config.js';
import { crashPoint } from '../../crash-points.js';
import { AppError } from '../../contracts/errors.js';
import { callIdFor } from '../../contracts/ids.js';
import type { Log } from '../../log.js';
import type { Store } from '../../store/index.js';
import { isWorkerShutdown } from '../frame/typed-failures.js';
import type { AgentActivities, JobActivities } from '../ports.js';
import type { Alerts } from './alerts.js';
import type { Storage } from './storage.js';

export interface UsageDeps {
  config: Pick<Config, 'CLAUDE_MAX_BUDGET_USD' | 'USER_DAILY_USD' | 'BUDGET_DAILY_USD'>;
  store: Pick<Store, 'usage'>;
  storage: Storage;
  alerts: Alerts;
}

/** The gate before every run of the model: room for its files, money for its work (C1). */
export function usageActivities({
  config,
  store,
  storage,
  alerts,
}: UsageDeps): Pick<JobActivities, 'startAttempt'> {
  return {
    // A step that an older worker scheduled names no backend: it knew one only.
    async startAttempt({ jobId, userId, backend = 'local' }) {
      await storage.assertRoom(userId);
      const answer = await store.usage.reserve({
        jobId,
        backend,
        estimateUsd: config.CLAUDE_MAX_BUDGET_USD,
        userLimitUsd: config.USER_DAILY_USD,
        budgetUsd: config.BUDGET_DAILY_USD,
      });
      crashPoint('after-start-attempt');
      if (answer?.outcome !== 'refused')
        return answer && { attempt: answer.attempt, slotAgeMs: answer.slotAgeMs };
      const { limit, spentUsd } = answer;
      if (limit === 'budget') {
        void alerts.raise({
          kind: 'budgetUsedUp',
          key: 'today',
          message: 'messages are refused: what is left of BUDGET_DAILY_USD does not cover a run',
          details: {
            spentUsd,
            budgetUsd: config.BUDGET_DAILY_USD,
            runUsd: config.CLAUDE_MAX_BUDGET_USD,
          },
        });
      }
      throw new AppError(
        'SPENDING_LIMIT_EXCEEDED',
        `today's limit (${limit}) leaves too little: ${spentUsd.toFixed(2)} USD are spent ` +
          'or set aside',
      );
    },
  };
}

/** Has every attempt that ends without a version say why and, where it is known, what it cost. */
export function withReleasedUsage(
  activities: AgentActivities,
  store: Pick<Store, 'usage'>,
  log: Log,
): AgentActivities {
  return {
    async runAgent(input) {
      try {
        return await activities.runAgent(input);
      } catch (error) {
        if (isWorkerShutdown(error)) throw error;
        const callId = callIdFor(input.jobId, input.attempt);
        const failure =
          [error, (error as Error).cause].find((told) => told instanceof AppError) ?? null;
        const costUsd = failure?.details['costUsd'];
        // A stopped attempt is nobody's failure. What cannot be told now is released with the job.
        await store.usage
          .release(
            callId,
            failure && failure.kind !== 'RunCancelled' ? failure.kind : null,
            typeof costUsd === 'number' ? costUsd : null,
          )
          .catch((problem: unknown) =>
            log.warn({ err: problem, callId }, 'the end of an attempt could not be noted'),
          );
        throw error;
      }
    },
  };
}
