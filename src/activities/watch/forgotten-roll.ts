import { ROLL_LEASE } from '../../contracts/durable/rolls.js';
import { raiseWhile } from '../../store/alerts.js';
import { readDeployment } from '../../temporal/versions.js';
import type { WatchDeps } from './watch-deps.js';

/** A part of the new runs goes to a build, and no roll goes on that would end that (O4). */
export async function reportForgottenRoll({
  client,
  store,
  alerts,
}: Pick<WatchDeps, 'client' | 'store' | 'alerts'>): Promise<void> {
  const ramping = (await readDeployment(client))?.ramping ?? null;
  // A lease that is free is taken for no time.
  const isForgotten = ramping !== null && (await store.leases.take(ROLL_LEASE, 'watch', 0));
  const { buildId = '', percent = 0 } = ramping ?? {};
  await raiseWhile(isForgotten, alerts, {
    kind: 'rollForgotten',
    key: 'deployment',
    message:
      `${percent} % of the new runs start on build ${buildId}, and no roll goes on: npx ` +
      `dreamcore deploy roll ${buildId}, or deploy ramp ${buildId} 0`,
    details: { buildId, percent },
  });
}
