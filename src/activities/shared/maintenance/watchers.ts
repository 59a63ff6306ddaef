import type { Config } from '../../../config.js';
import { GIB, quietBytes, storageState } from '../../../domain/limits/storage-limit.js';
import { assessFailures, assessSpeed } from '../../../domain/limits/modal-health.js';
import type { Log } from '../../../telemetry/log.js';
import type { Store } from '../../../store/index.js';
import type { WatcherActivities } from '../../ports/watcher-port.js';
import { raiseWhile, type Alerts } from '../../../store/alerts.js';

const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;
/** Share of a spending limit at which operators get an alert. */
const NEAR_SHARE = 0.8;
/** Users of one activity: short enough for its time limit. */
const BATCH_USERS = 100;
/** No call lives that long; jobs end after `JOB_TIMEOUT_MS`. */
const CALL_MAX_AGE_MS = 2 * HOUR_MS;
const REAPED_PER_ROUND = 100;
/** Ended calls are kept this long, for analysis. */
const CALLS_KEPT_MS = 7 * DAY_MS;
const HEALTH_WINDOWS = { errorMinutes: 10, recentHours: 1, days: 7 };

export interface WatcherDeps {
  config: Pick<
    Config,
    | 'CLAUDE_MAX_BUDGET_USD'
    | 'BUDGET_DAILY_USD'
    | 'USER_DAILY_USD'
    | 'VOLUME_SOFT_GIB'
    | 'VOLUME_MAX_GIB'
  >;
  store: Pick<Store, 'usage' | 'keptBytes' | 'modalCalls' | 'alerts'>;
  alerts: Alerts;
  /**
   * Ends a call on Modal with everything that it started; one that has ended already is fine. Null
   * = Modal is not in use.
   */
  cancelCall: ((functionCallId: string) => Promise<void>) | null;
  log: Log;
}

/**
 * Rounds of looking, each bounded and repeatable; what is wrong becomes an alert, what is right
 * again ends it.
 */
export function watcherActivities(deps: WatcherDeps): WatcherActivities {
  return {
    watchVolumes: ({ after }) => watchVolumes(deps, after),
    watchCalls: () => watchCalls(deps),
    watchSpending: () => watchSpending(deps),
    watchModal: () => watchModal(deps),
  };
}

async function watchVolumes(
  { config, store, alerts }: WatcherDeps,
  after: string | null,
): ReturnType<WatcherActivities['watchVolumes']> {
  const limits = { stepGib: config.VOLUME_SOFT_GIB, maxGib: config.VOLUME_MAX_GIB };
  const users = await store.keptBytes.from(quietBytes(limits), after, BATCH_USERS);
  let warned = 0;
  for (const { user_id: userId, kept_bytes: usedBytes } of users) {
    const { softGib, passedGib, isBeyond } = storageState(usedBytes, limits);
    if (passedGib === null) continue;
    warned += 1;
    const usedGib = Number((usedBytes / GIB).toFixed(2));
    const details = { userId, usedGib, softGib, maxGib: limits.maxGib };
    // Seen every night; news is only a further step.
    await alerts.raise(
      isBeyond
        ? {
            kind: 'storageFull',
            key: userId,
            message: 'a user is beyond VOLUME_MAX_GIB: new generations are refused',
            details,
            standsMs: 2 * DAY_MS,
          }
        : {
            kind: 'storageNear',
            key: `${userId}/${passedGib}`,
            level: 'warn',
            message: `a user's files fill 80 % of ${passedGib} GiB`,
            details,
            standsMs: 2 * DAY_MS,
          },
    );
  }
  const next = users.length < BATCH_USERS ? null : (users.at(-1)?.user_id ?? null);
  return { next, measured: users.length, warned };
}

async function watchCalls({
  store,
  alerts,
  cancelCall,
  log,
}: WatcherDeps): Promise<{ reaped: number }> {
  if (cancelCall === null) return { reaped: 0 };
  let reaped = 0;
  for (const { functionCallId, callId, function: name } of await store.modalCalls.orphans(
    CALL_MAX_AGE_MS,
    REAPED_PER_ROUND,
  )) {
    try {
      await cancelCall(functionCallId);
      await store.modalCalls.ended(functionCallId, true);
      reaped += 1;
      log.warn(
        { functionCallId, callId, function: name },
        'stopped a call without a waiting activity',
      );
    } catch (error) {
      // The next round tries again.
      log.warn({ err: error, functionCallId, callId }, 'an orphaned call could not be stopped');
    }
  }
  if (reaped > 0) {
    await alerts.raise({
      kind: 'orphanedCalls',
      key: 'modal',
      level: 'warn',
      message: 'calls on Modal ran without an activity and were stopped',
      details: { reaped },
    });
  }
  await store.modalCalls.forget(CALLS_KEPT_MS);
  return { reaped };
}

async function watchSpending({
  config,
  store,
  alerts,
}: WatcherDeps): Promise<{ spentUsd: number; near: number }> {
  const { BUDGET_DAILY_USD: budgetUsd, USER_DAILY_USD: limitUsd } = config;
  const spentUsd = await store.usage.spentToday();
  const isNear = budgetUsd > 0 && spentUsd >= NEAR_SHARE * budgetUsd;
  await raiseWhile(isNear, alerts, {
    kind: 'budgetNear',
    key: 'today',
    level: 'warn',
    message: '80 % of BUDGET_DAILY_USD are spent or set aside',
    details: { spentUsd, budgetUsd },
  });
  const isOpen = budgetUsd === 0 || spentUsd + config.CLAUDE_MAX_BUDGET_USD <= budgetUsd;
  if (isOpen) await alerts.clear({ kind: 'budgetUsedUp', key: 'today' });
  const users =
    limitUsd > 0 ? await nearUsers(store, NEAR_SHARE * limitUsd) : new Map<string, number>();
  for (const [userId, userUsd] of users) {
    await alerts.raise({
      kind: 'userSpendingNear',
      key: userId,
      level: 'warn',
      message: 'a user has used 80 % of USER_DAILY_USD',
      details: { userId, spentUsd: userUsd, limitUsd },
    });
  }
  for (const userId of await store.alerts.standing('userSpendingNear')) {
    if (!users.has(userId)) await alerts.clear({ kind: 'userSpendingNear', key: userId });
  }
  return { spentUsd, near: users.size + (isNear ? 1 : 0) };
}

/** Users who bear at least so much today. */
async function nearUsers(
  store: WatcherDeps['store'],
  fromUsd: number,
): Promise<Map<string, number>> {
  const spent = new Map<string, number>();
  for (const { user_id: userId, state, usd } of await store.usage.summary(null, 1)) {
    if (userId !== null && state !== 'released') spent.set(userId, (spent.get(userId) ?? 0) + usd);
  }
  return new Map([...spent].filter(([, usd]) => usd >= fromUsd));
}

async function watchModal({
  store,
  alerts,
}: WatcherDeps): Promise<{ isSlow: boolean; isFailing: boolean }> {
  const { ended, recent, earlier } = await store.usage.modalHealth(HEALTH_WINDOWS);
  const { isFailing, attempts, faults } = assessFailures(ended);
  const { isSlow, p95, medianP95 } = assessSpeed(recent, earlier);
  const advice = 'consider `npx dreamcore backend local`';
  await raiseWhile(isFailing, alerts, {
    kind: 'modalFailing',
    key: 'modal',
    message: `more than 5 % of the attempts on Modal failed in 10 minutes: ${advice}`,
    details: { attempts, faults },
  });
  await raiseWhile(isSlow, alerts, {
    kind: 'modalSlow',
    key: 'modal',
    message: `generations on Modal take more than twice their usual time: ${advice}`,
    details: { p95Seconds: p95, medianP95Seconds: medianP95 },
  });
  return { isSlow, isFailing };
}
