import { TASK_QUEUE } from '../../contracts/durable/workflows.js';
import { lastPolls, TASK_KIND } from '../../temporal/task-queues.js';
import { countRuns, moveRun, readDeployment, runsOn } from '../../temporal/versions.js';
import type { WatchDeps } from './watch-deps.js';

/**
 * A poll waits 60 s for work. A build whose last one is older than the newest of all builds by more
 * has no workers.
 */
const GONE_MS = 75_000;
/** A build that the queue does not name at all is given this time to come back. */
const ABSENT_MS = 60_000;
/** Moved in one round. */
const LIMIT = 200;

/** Since when a build is not named, by the monotonic clock of this process. */
export type Absences = Map<string, number>;

/**
 * Whether a build has no workers any more, from the last polls of all builds. `absentMs`: for how
 * long it has not been named.
 */
export function isGone(
  buildId: string,
  polls: ReadonlyMap<string, number>,
  absentMs: number,
): boolean {
  const last = polls.get(buildId);
  if (last === undefined) return absentMs >= ABSENT_MS;
  return Math.max(...polls.values()) - last > GONE_MS;
}

/**
 * Moves pinned runs whose build has no workers any more to the current build. When their history
 * does not fit its code they fail there, and are ended as broken (I1, I2).
 */
export async function moveStrandedRuns(deps: WatchDeps, absences: Absences): Promise<void> {
  const { client, alerts } = deps;
  const deployment = await readDeployment(client);
  if (!deployment?.current) return;
  const { current, versions } = deployment;
  const polls = await lastPolls(client, TASK_QUEUE, TASK_KIND.workflow);
  if (!polls.has(current) || isGone(current, polls, 0)) return;
  for (const { buildId } of versions) {
    const absentMs = noteAbsence(absences, buildId, polls.has(buildId));
    if (buildId === current || !isGone(buildId, polls, absentMs)) continue;
    if ((await countRuns(client, buildId)) === 0) continue;
    const moved = await moveRunsOf(deps, buildId, current);
    await alerts.raise({
      kind: 'buildGone',
      key: buildId,
      level: 'warn',
      message: 'no worker ran a build that runs were pinned to: they go on with the current one',
      details: { from: buildId, to: current, moved },
    });
  }
}

/** For how long something that a round looks for has been away, ms; 0 = it is there. */
export function noteAbsence(absences: Absences, buildId: string, isNamed: boolean): number {
  if (isNamed) {
    absences.delete(buildId);
    return 0;
  }
  const since = absences.get(buildId) ?? performance.now();
  absences.set(buildId, since);
  return performance.now() - since;
}

async function moveRunsOf({ client, log }: WatchDeps, from: string, to: string): Promise<number> {
  let moved = 0;
  for await (const { workflowId, runId } of client.workflow.list({ query: runsOn(from) })) {
    if (moved >= LIMIT) break;
    try {
      await moveRun(client, { workflowId, runId }, to);
      moved += 1;
      log.warn({ workflowId, from, to }, 'moved a run whose build no worker runs');
    } catch (error) {
      // It may have ended meanwhile; else the next round tries again.
      log.warn({ err: error, workflowId }, 'a run could not be moved to the current build');
    }
  }
  return moved;
}
