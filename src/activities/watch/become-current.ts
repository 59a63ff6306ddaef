import type { Client } from '@temporalio/client';
import type { Config } from '../../config.js';
import { TASK_QUEUE } from '../../contracts/durable/workflows.js';
import type { WorkerBuild } from '../../process/worker-build.js';
import { makeCurrent } from '../../temporal/make-current.js';
import { lastPolls, TASK_KIND } from '../../temporal/task-queues.js';
import { readNotes, type Deployment } from '../../temporal/versions.js';
import type { Log } from '../../telemetry/log.js';
import { isGone } from './stranded-runs.js';

const READY_LIMIT_MS = 15_000;

/** What a worker knows when it decides whether its build should get the new runs (I1). */
interface Standing {
  readonly builtAt: string | null;
  /** Null = no build is current. */
  readonly current: {
    readonly builtAt: string | null;
    /** No worker has polled for it for 60 s. */
    readonly isGone: boolean;
  } | null;
}

/**
 * Whether new runs belong on this build: none is current, or the current one has no workers any
 * more and is not newer. A build without a time is older than any.
 */
export function shouldBecomeCurrent({ builtAt, current }: Standing): boolean {
  if (current === null) return true;
  return current.isGone && (builtAt ?? '') >= (current.builtAt ?? '');
}

interface BecomeDeps {
  readonly client: Client;
  readonly config: Pick<Config, 'DEPLOY_CURRENT'>;
  readonly build: WorkerBuild;
  readonly log: Log;
}

/**
 * Decides, at each call, whether this worker's build becomes current. With `DEPLOY_CURRENT=auto` it
 * does; else the command that does it is logged, once.
 */
export class CurrentKeeper {
  private missingSinceMs: number | null = null;
  private isSaid = false;

  constructor(private readonly deps: BecomeDeps) {}

  async decide(deployment: Deployment | null): Promise<void> {
    const { client, config, build, log } = this.deps;
    if (!shouldBecomeCurrent(await this.standing(deployment))) return;
    if (config.DEPLOY_CURRENT === 'auto') {
      const { buildId, queues } = build;
      await makeCurrent(client, { buildId, queues, by: 'worker', limitMs: READY_LIMIT_MS });
      log.info(
        { build: buildId, before: deployment?.current ?? null },
        'this build is current now',
      );
      return;
    }
    if (this.isSaid || deployment === null || deployment.current === null) return;
    this.isSaid = true;
    log.warn(
      { build: build.buildId, current: deployment.current },
      `no worker runs the current build: npx dreamcore deploy current ${build.buildId}`,
    );
  }

  private async standing(deployment: Deployment | null): Promise<Standing> {
    const { client, build } = this.deps;
    const builtAt = build.builtAt ?? null;
    const id = deployment?.current ?? null;
    if (id === null) return { builtAt, current: null };
    const polls = await lastPolls(client, TASK_QUEUE, TASK_KIND.workflow);
    if (polls.has(id)) this.missingSinceMs = null;
    else this.missingSinceMs ??= performance.now();
    const absentMs = performance.now() - (this.missingSinceMs ?? performance.now());
    const gone = isGone(id, polls, absentMs);
    const notes = gone ? await readNotes(client, id) : null;
    return { builtAt, current: { builtAt: notes?.builtAt ?? null, isGone: gone } };
  }
}
