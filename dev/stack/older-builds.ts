import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PROJECT_ROOT } from '../../src/config.js';
import { runsOfOthers } from '../../src/temporal/versions.js';
import { createLog, type Log } from '../../src/telemetry/log.js';
import { namedBuild, readWorkerBuild } from '../../src/process/worker-build.js';
import { readBuildRange } from '../../src/process/build-range.js';
import { worksWith } from '../../src/temporal/left-behind.js';
import { BUILDS_DIR, holdBuild, releaseBuild } from '../build/builds.js';
import { builtProgramArgs } from '../build/programs.js';
import { startOrphanReaper } from './orphan-reaper.js';
import { workerEnv, type PartFacts } from './part-env.js';
import { openPartLog } from './part-log.js';
import { clearPid, writePid } from './pids.js';
import { spawnProcess, type Running } from './running.js';
import { withTemporal } from './temporal-client.js';

const LOOK_MS = 5_000;
/** A look at Temporal that takes longer is given up. */
const LOOK_TIMEOUT_MS = 10_000;
const STOP_LIMIT_MS = 35_000;

/**
 * Workers of older builds beside the one of this build: each runs while runs are pinned to its
 * build and its folder is below `dist/builds` (I1). What has no folder here any more is moved to
 * the current build by the watch.
 */
export class OlderBuilds {
  private readonly log = createLog('start');
  private readonly stopping = new AbortController();
  private readonly workers = new Map<string, Running>();
  private readonly reaper = startOrphanReaper();
  private readonly looking: Promise<void>;

  constructor(private readonly facts: PartFacts) {
    this.looking = this.keepLooking();
  }

  /**
   * Stops all of them, each when it has finished its work or hands it over; resolves when they are
   * gone.
   */
  async stop(handOver?: AbortSignal): Promise<void> {
    this.stopping.abort();
    await this.looking;
    await Promise.all(
      [...this.workers.values()].map((worker) => worker.stop({ ...(handOver && { handOver }) })),
    );
    this.reaper.end();
  }

  private async keepLooking(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      await this.look().catch((error: unknown) => {
        this.log.debug({ err: error }, 'Temporal could not be asked about older builds');
      });
      await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  private async look(): Promise<void> {
    const others = await withTemporal(workerEnv(this.facts), (client) =>
      client.withDeadline(Date.now() + LOOK_TIMEOUT_MS, () => runsOfOthers(client)),
    );
    const needed = new Set(others.map(({ buildId }) => buildId));
    for (const buildId of needed)
      if (!this.workers.has(buildId) && !this.stopping.signal.aborted) await this.start(buildId);
    await this.releaseUnneeded(needed);
    for (const [buildId, worker] of this.workers)
      if (!needed.has(buildId)) {
        this.log.info({ build: buildId }, 'no run needs this older build: its worker is stopped');
        await worker.stop();
      }
  }

  /** Builds that no run of this data folder is pinned to need not be kept for it. */
  private async releaseUnneeded(needed: ReadonlySet<string>): Promise<void> {
    const { config, build } = this.facts;
    for (const { dir, buildId } of await buildsHere())
      if (dir !== build.dir && !needed.has(buildId)) await releaseBuild(dir, config.DATA_DIR);
  }

  private async start(buildId: string): Promise<void> {
    const { config, build, env } = this.facts;
    const own = namedBuild(await readWorkerBuild(build.dir), env.BUILD_ID);
    const dir = buildId === own.buildId ? null : await folderOf(buildId, this.log);
    if (dir === null) return;
    const [range, ownRange] = await Promise.all([dir, build.dir].map(readBuildRange));
    // Its runs were ended at the start (U1).
    if (!ownRange || !worksWith(range ?? null, ownRange)) return;
    const { DATA_DIR } = config;
    await holdBuild(dir);
    const worker = await spawnProcess(
      {
        command: process.execPath,
        args: builtProgramArgs({ dir }, 'worker'),
        env: { ...workerEnv(this.facts), BUILD_ID: undefined },
        cwd: PROJECT_ROOT,
        stopLimitMs: STOP_LIMIT_MS,
        finishMs: config.SHUTDOWN_GRACE_MS,
      },
      await openPartLog(DATA_DIR, 'worker'),
    );
    this.workers.set(buildId, worker);
    this.reaper.add(worker.pid, 'TERM');
    await writePid(DATA_DIR, `worker-${buildId}`, worker.pid);
    this.log.info({ build: buildId, pid: worker.pid }, 'runs need an older build: its worker runs');
    void worker.exited.then(async () => {
      this.workers.delete(buildId);
      this.reaper.remove(worker.pid);
      await clearPid(DATA_DIR, `worker-${buildId}`, worker.pid);
    });
  }
}

/** The folder of a build by its worker's id; null when it is not here. */
async function folderOf(buildId: string, log: Log): Promise<string | null> {
  const found = (await buildsHere()).find((build) => build.buildId === buildId);
  if (found) return found.dir;
  log.debug({ build: buildId }, 'runs need a build that is not here');
  return null;
}

async function buildsHere(): Promise<{ dir: string; buildId: string }[]> {
  const names = await readdir(BUILDS_DIR).catch(() => []);
  const dirs = names
    .filter((name) => !name.startsWith('.'))
    .map((name) => path.join(BUILDS_DIR, name));
  const builds = await Promise.all(dirs.map((dir) => readWorkerBuild(dir).catch(() => null)));
  return dirs.flatMap((dir, at) => {
    const buildId = builds[at]?.buildId;
    return buildId === undefined ? [] : [{ dir, buildId }];
  });
}
