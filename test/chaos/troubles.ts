import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowExecutionInfo } from '@temporalio/client';
import { isAlive } from '../../dev/postgres/process.js';
import {
  currentBuild,
  deploy,
  HARMLESS_CHANGE,
  makeOtherBuild,
  startWorkerOf,
  withTemporalOf,
  type OtherBuild,
} from '../support/builds.js';
import { isHostStack, placesOf } from '../support/hosts.js';
import type { Stack } from '../support/stack.js';

/** What operators do and machines suffer, beside processes that are killed. */
export type Trouble =
  | 'supabaseStopped'
  | 'temporalStopped'
  | 'operatorCancel'
  | 'terminated'
  | 'deploy'
  | 'filesGone'
  | 'hostLost';

/** A part is stopped for so long: longer than every time-out of whoever asks it. */
const STOPPED_MS = 7_000;
/** Work whose end its user is owed, whoever ends it. */
const ENDABLE = "WorkflowType IN ('generateGame', 'generateImage', 'renderVideo')";

/** Makes troubles in a stack; where it is one host, a second build has a worker beside its own. */
export class Troubles {
  private onOther = false;

  private constructor(
    private readonly stack: Stack,
    private readonly own: string,
    private readonly other: OtherBuild | null,
    private readonly worker: { stop(): Promise<void> } | null,
  ) {}

  static async prepare(stack: Stack): Promise<Troubles> {
    const { buildId } = await currentBuild();
    if (isHostStack(stack)) return new Troubles(stack, buildId, null, null);
    const other = await makeOtherBuild(HARMLESS_CHANGE);
    return new Troubles(stack, buildId, other, await startWorkerOf(stack, other));
  }

  /** `choice` from 0 to 1 picks among several; answers what was hit, null when there was none. */
  async make(trouble: Trouble, choice: number): Promise<string | null> {
    switch (trouble) {
      case 'supabaseStopped':
        return this.stopForAWhile('supabase');
      case 'temporalStopped':
        return this.stopForAWhile('temporal');
      case 'deploy':
        return this.makeCurrent(!this.onOther);
      case 'filesGone':
        return this.removeFiles(choice);
      case 'hostLost':
        return isHostStack(this.stack) ? this.stack.loseHost(choice) : null;
      default:
        return this.endRun(trouble, choice);
    }
  }

  /** The stack's own build is current again, so that its launcher finds what it started with. */
  async goBack(): Promise<void> {
    if (this.onOther) await this.makeCurrent(false);
  }

  async remove(): Promise<void> {
    await this.worker?.stop();
    await this.other?.remove();
  }

  private async stopForAWhile(part: 'supabase' | 'temporal'): Promise<string> {
    const pid = await this.stack.pidOf(part);
    process.kill(pid, 'SIGSTOP');
    try {
      await sleep(STOPPED_MS);
    } finally {
      // Whoever found it silent may have replaced it meanwhile.
      if (isAlive(pid)) process.kill(pid, 'SIGCONT');
    }
    return String(pid);
  }

  private async makeCurrent(other: boolean): Promise<string | null> {
    if (this.other === null) return null;
    const buildId = other ? this.other.buildId : this.own;
    await deploy(this.stack, 'current', buildId);
    this.onOther = other;
    return buildId;
  }

  /** What may be deleted at any moment (E1): scratch and cache. */
  private async removeFiles(choice: number): Promise<string | null> {
    const removed: string[] = [];
    const places = placesOf(this.stack);
    const { dataDir } = places[Math.floor(choice * places.length)]!;
    for (const folder of ['scratch', 'cache', 'object-cache'])
      for (const name of await readdir(path.join(dataDir, folder)).catch(() => [])) {
        const place = path.join(dataDir, folder, name);
        await rm(place, { recursive: true, force: true, maxRetries: 3 });
        removed.push(name);
      }
    return removed.length === 0 ? null : removed.join(' ');
  }

  /** An operator cancels or terminates one of the runs in Temporal. */
  private async endRun(
    how: 'operatorCancel' | 'terminated',
    choice: number,
  ): Promise<string | null> {
    return withTemporalOf(this.stack, async ({ workflow }) => {
      const running: WorkflowExecutionInfo[] = [];
      for await (const run of workflow.list({
        query: `ExecutionStatus = 'Running' AND ${ENDABLE}`,
      }))
        running.push(run);
      const run = running[Math.floor(choice * running.length)];
      if (!run) return null;
      const handle = workflow.getHandle(run.workflowId, run.runId);
      await (how === 'terminated' ? handle.terminate('chaos') : handle.cancel());
      return `${run.runId} of ${run.workflowId}`;
    });
  }
}
