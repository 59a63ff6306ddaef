import { singleFlight } from '../../../concurrency.js';
import type { Hydrate } from '../../../store/mirror/hydration.js';
import { fetchToMirror, type ReplicationDeps } from './sync.js';
import { planSync } from './sync-plan.js';

/**
 * Fetches what the mirror lacks of a project from its Volume (E7), one transfer per project at a
 * time however many wait for it. What the Volume does not hold either is lost: the reader reports
 * it.
 */
export function createHydrate(deps: ReplicationDeps): Hydrate {
  const inFlight = singleFlight<boolean>();
  return (userId, projectId) => inFlight(projectId, () => hydrate(deps, userId, projectId));
}

async function hydrate(deps: ReplicationDeps, userId: string, projectId: string): Promise<true> {
  const { store, mirror, volume, log } = deps;
  const line = await store.revisions.line(projectId);
  if (line.length === 0) return true;
  const here = await mirror.state(userId, projectId, line);
  if (here.has[0] === line[0]) return true;
  if (!(await volume.exists(userId))) return true;
  const { toMirror } = planSync(line, here, await volume.state(userId, projectId, line));
  if (!toMirror) return true;
  await fetchToMirror(deps, userId, projectId, toMirror);
  log.info(
    { projectId, revisions: toMirror.revisions },
    'versions that the mirror lacked came from the Volume',
  );
  return true;
}
