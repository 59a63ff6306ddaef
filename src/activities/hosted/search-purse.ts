import type { WorkerConfig } from '../../config.js';
import { MODAL_FUNCTION } from '../../contracts/execution/modal.js';
import type { Store } from '../../store/index.js';

const DAY_MS = 24 * 60 * 60_000;
/** Searches of one user in 24 hours. */
const MAX_SEARCHES = 20;
/** What of the budget of all searches may take: the rest is for what players ask for. */
const SHARE = 0.1;

export interface SearchPurse {
  readonly config: Pick<WorkerConfig, 'BUDGET_DAILY_USD' | 'USER_DAILY_LOSS_USD'>;
  readonly store: { readonly usage: Pick<Store['usage'], PurseStep> };
}
type PurseStep = 'callsSince' | 'lostToday' | 'recordCall' | 'spentToday';

/**
 * A search is the house's own wish (P3), and its container is paid: false = it is not to be made.
 * It counts from now on, at no cost until its end.
 */
export async function paySearch(
  { config, store: { usage } }: SearchPurse,
  { userId, callId }: { userId: string; callId: string },
): Promise<boolean> {
  const { BUDGET_DAILY_USD: budgetUsd, USER_DAILY_LOSS_USD: lossLimitUsd } = config;
  const fn = MODAL_FUNCTION.search;
  const since = new Date(Date.now() - DAY_MS);
  if ((await usage.callsSince(fn, since, userId)).length >= MAX_SEARCHES) return false;
  if (lossLimitUsd > 0 && (await usage.lostToday(userId)) > lossLimitUsd) return false;
  if (budgetUsd > 0) {
    if ((await usage.spentToday()) >= budgetUsd) return false;
    const spent = await usage.callsSince(fn, since);
    if (spent.reduce((sum, usd) => sum + usd, 0) >= SHARE * budgetUsd) return false;
  }
  await usage.recordCall({ callId, userId, jobId: null, function: fn, seconds: 0, usd: 0 });
  return true;
}
