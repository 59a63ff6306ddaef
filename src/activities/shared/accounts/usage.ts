import type { Config } from '../../../config.js';
import { crashPoint } from '../../../process/crash-points.js';
import { AppError, type ErrorKind } from '../../../contracts/base/errors.js';
import { callIdFor } from '../../../contracts/base/ids.js';
import type { PaidKind, PaidWork } from '../../../contracts/rows/usage.js';
import { warned, type Log } from '../../../telemetry/log.js';
import type { Store } from '../../../store/index.js';
import { guestsExceeded, lossesExceeded, type RefusingLimit } from '../../../store/tables/usage.js';
import { goesOnElsewhere } from '../../frame/hand-over.js';
import type { Arounds } from '../../frame/interceptors.js';
import type { ActionActivities } from '../../ports/action-port.js';
import type { AttemptActivities } from '../../ports/attempt-port.js';
import type { ActionAttempt } from '../../ports/refs.js';
import type { Alerts } from '../../../store/alerts.js';
import { GIB } from '../../../domain/limits/storage-limit.js';

export interface UsageDeps {
  config: Pick<
    Config,
    | 'CLAUDE_MAX_BUDGET_USD'
    | 'JOB_BUDGET_USD'
    | 'REPAIR_USD'
    | 'USER_DAILY_USD'
    | 'USER_DAILY_LOSS_USD'
    | 'BUDGET_DAILY_USD'
    | 'GUEST_DAILY_USD'
    | 'VOLUME_MAX_GIB'
    | (typeof PAID_WORK)[PaidWork]['price']
  >;
  store: Pick<Store, 'usage'>;
  alerts: Alerts;
}

/** What each paid step is counted as, and the setting that holds its price (H3). */
const PAID_WORK = {
  sprite: { kind: 'image', price: 'IMAGE_USD' },
  thumbnail: { kind: 'image', price: 'THUMBNAIL_USD' },
  cutout: { kind: 'image', price: 'CUTOUT_USD' },
  video: { kind: 'video', price: 'VIDEO_USD' },
  text: { kind: 'text', price: 'TEXT_USD' },
} as const satisfies Record<PaidWork, { kind: PaidKind; price: keyof Config }>;

/**
 * The gate before every run of the model: room for its files, money for its work (C1); and before
 * every paid step of an action (H3).
 */
export function usageActivities(deps: UsageDeps): AttemptActivities & Steps {
  return { ...attemptSteps(deps), ...actionSteps(deps) };
}

type Steps = Pick<ActionActivities, 'reserveStep'>;

function attemptSteps({ config, store, alerts }: UsageDeps): AttemptActivities {
  return {
    async startAttempt({ jobId, backend, repair }) {
      const answer = await store.usage.reserve({
        jobId,
        backend,
        estimateUsd: config.CLAUDE_MAX_BUDGET_USD,
        purseUsd: config.JOB_BUDGET_USD,
        maxBytes: config.VOLUME_MAX_GIB * GIB,
        guestLimitUsd: config.GUEST_DAILY_USD,
        ...limitsOf(config),
        ...(repair
          ? {
              repair: {
                round: repair.round,
                minUsd: config.REPAIR_USD,
                latestMs: repair.latestSlotAgeMs,
              },
            }
          : { lossLimitUsd: config.USER_DAILY_LOSS_USD }),
      });
      crashPoint('after-start-attempt');
      if (answer === null) return null;
      if (answer.outcome === 'refused') {
        const what = repair ? 'repairs' : 'messages';
        throw refusal({ config, alerts }, answer, what, config.CLAUDE_MAX_BUDGET_USD);
      }
      const { attempt, slotAgeMs, budgetUsd } = answer;
      return { attempt, slotAgeMs, budgetUsd };
    },

    async settleAttempt({ jobId, attempt, costUsd }) {
      await store.usage.settle(jobId, attempt, costUsd);
      crashPoint('after-play-before-repair');
    },
  };
}

function actionSteps({ config, store, alerts }: UsageDeps): Steps {
  return {
    async reserveStep({ actionId, step, work, backend }) {
      const { kind, price } = PAID_WORK[work];
      const estimateUsd = config[price];
      const lostUsd = await store.usage.lossesBeyond(actionId, config.USER_DAILY_LOSS_USD);
      if (lostUsd !== null) throw lossesExceeded(lostUsd);
      const answer = await store.usage.reserveStep({
        actionId,
        step,
        kind,
        backend,
        estimateUsd,
        ...limitsOf(config),
      });
      if (answer?.outcome === 'refused')
        throw refusal({ config, alerts }, answer, `${kind}s`, estimateUsd);
      if (answer?.outcome === 'waits')
        throw new AppError('VideoWaits', 'an earlier video of this user is still being made');
      return answer !== null;
    },
  };
}

function limitsOf(config: UsageDeps['config']): { userLimitUsd: number; budgetUsd: number } {
  return { userLimitUsd: config.USER_DAILY_USD, budgetUsd: config.BUDGET_DAILY_USD };
}

function refusal(
  { config, alerts }: Pick<UsageDeps, 'config' | 'alerts'>,
  { limit, spentUsd }: { limit: RefusingLimit; spentUsd: number },
  what: string,
  neededUsd: number,
): AppError {
  const spent = `${spentUsd.toFixed(2)} USD are spent or set aside`;
  if (limit === 'losses') return lossesExceeded(spentUsd);
  if (limit === 'guests') return guestsExceeded(spentUsd);
  if (limit === 'storage')
    return new AppError('STORAGE_LIMIT_EXCEEDED', "the user's files are beyond VOLUME_MAX_GIB");
  if (limit === 'time') return new AppError('RunTimedOut', 'no time left for a repair');
  if (limit === 'purse')
    return new AppError('ModelBudgetExceeded', `of the job's money too little is left: ${spent}`);
  if (limit === 'budget')
    void alerts.raise({
      kind: 'budgetUsedUp',
      key: 'today',
      message: `${what} are refused: BUDGET_DAILY_USD leaves too little for them`,
      details: { spentUsd, budgetUsd: config.BUDGET_DAILY_USD, neededUsd },
    });
  return new AppError(
    'SPENDING_LIMIT_EXCEEDED',
    `today's limit (${limit}) leaves too little: ${spent}`,
  );
}

/**
 * Releases the reservation of every attempt and paid step that fails, with its failure and, where
 * it is known, its cost (H3).
 */
export function paidActivities(deps: ReleaseDeps): Arounds {
  const step = <T>({ actionId, attempt }: ActionAttempt, run: () => Promise<T>): Promise<T> =>
    orRelease(deps, callIdFor(actionId, attempt), run);
  return {
    runAgent: ({ jobId, attempt }, run) => orRelease(deps, callIdFor(jobId, attempt), run),
    drawImage: step,
    removeBackgroundByService: step,
    renderVideo: step,
  };
}

/** Failures before any paid service was called. */
const COST_NOTHING: ReadonlySet<ErrorKind> = new Set([
  'BrowserMissing',
  'CutoutUnavailable',
  'FILE_NOT_FOUND',
  'ImageServiceMissing',
]);

interface ReleaseDeps {
  readonly store: { readonly usage: Pick<Store['usage'], 'release'> };
  readonly log: Log;
}

/** Releases the call's reservation when `run` fails, unless its work goes on elsewhere. */
export async function orRelease<T>(
  { store, log }: ReleaseDeps,
  callId: string,
  run: () => Promise<T>,
): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (goesOnElsewhere(error)) throw error;
    const failure =
      [error, (error as Error).cause].find((told) => told instanceof AppError) ?? null;
    const told = failure?.details['costUsd'];
    const isFree = failure !== null && COST_NOTHING.has(failure.kind);
    const costUsd = typeof told === 'number' ? told : isFree ? 0 : null;
    // An attempt that was stopped, or cut by a shutdown, is no failure. What cannot be written now
    // is released with its row.
    await store.usage
      .release(callId, failure && failure.kind !== 'RunCancelled' ? failure.kind : null, costUsd)
      .catch(warned(log, { callId }, 'the end of an attempt could not be noted'));
    throw error;
  }
}
