import { ROLL_LEASE } from '../../contracts/durable/rolls.js';
import { raiseWhile } from '../../store/alerts.js';
import { readDeployment, readNotes } from '../../temporal/versions.js';
import type { WatchDeps } from './watch-deps.js';

/** A roll moves new runs to a build, and none goes on that would end that (O4). */
export async function reportForgottenRoll({
  client,
  store,
  alerts,
}: Pick<WatchDeps, 'client' | 'store' | 'alerts'>): Promise<void> {
  const { ramping = null, current = null } = (await readDeployment(client)) ?? {};
  const moved = ramping ?? (await unprovenOf(client, current));
  // A lease that is free is taken for no time.
  const isForgotten = moved !== null && (await store.leases.take(ROLL_LEASE, 'watch', 0));
  const { buildId = '', percent = 0 } = moved ?? {};
  const back = percent < 100 ? `deploy ramp ${buildId} 0` : 'deploy current <the one before>';
  await raiseWhile(isForgotten, alerts, {
    kind: 'rollForgotten',
    key: 'deployment',
    message:
      `${percent} % of the new runs start on build ${buildId}, and no roll goes on: npx ` +
      `dreamcore deploy roll ${buildId}, or ${back}`,
    details: { buildId, percent },
  });
}

/** The current build, while the roll that made it current has not watched it to the end. */
async function unprovenOf(client: WatchDeps['client'], current: string | null) {
  if (current === null || (await readNotes(client, current)).roll === null) return null;
  return { buildId: current, percent: 100 };
}
