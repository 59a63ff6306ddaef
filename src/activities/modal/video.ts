import { Context } from '@temporalio/activity';
import { z } from 'zod';
import type { WorkerConfig } from '../../config.js';
import { AppError } from '../../contracts/errors.js';
import { callIdFor } from '../../contracts/ids.js';
import { volumeRepoOf, type ModalRequest } from '../../contracts/modal.js';
import type { GameAsset } from '../../contracts/assets.js';
import type { VideoMade } from '../../contracts/video.js';
import type { Log } from '../../log.js';
import type { Mirror } from '../../store/mirror/mirror.js';
import type { Store } from '../../store/index.js';
import { workerShutdown } from '../frame/typed-failures.js';
import type { RenderVideoStoryInput, VideoActivities } from '../ports.js';
import { videoMade, keepVideo, videoInput, type VideoStore } from '../runner/video-input.js';
import { assetsForVolume } from './asset-copies.js';
import type { ModalAnswer, ModalCall, ModalCalls, RunningCall } from './call.js';
import { callbackBaseUrl } from './callback-url.js';
import type { Volume } from './replication/volume.js';

const HEARTBEAT_MS = 500;

/** What the next worker needs to go on with the same call. */
const Beat = z.object({ functionCallId: z.string(), spawnedAtMs: z.number() });

export interface ModalVideoDeps extends VideoStore {
  config: WorkerConfig;
  mirror: Mirror;
  calls: ModalCalls;
  volume: Volume;
  store: Pick<Store, 'actions' | 'assets' | 'volumeHeads'>;
  log: Log;
}

/** Videos made in a container, whose runner tells how far it is by callback. */
export function modalVideoActivities(deps: ModalVideoDeps): VideoActivities {
  return { renderVideo: (input) => new ModalVideo(deps, input, Context.current()).run() };
}

class ModalVideo {
  private beat: z.infer<typeof Beat> | null;
  private running: RunningCall | null = null;

  constructor(
    private readonly deps: ModalVideoDeps,
    private readonly input: RenderVideoStoryInput,
    private readonly context: Context,
  ) {
    this.beat = Beat.safeParse(context.info.heartbeatDetails).data ?? null;
  }

  async run(): Promise<VideoMade> {
    const beating = setInterval(() => this.context.heartbeat(this.beat), HEARTBEAT_MS);
    try {
      const made = await videoMade(this.deps, this.input);
      if (made) return made;
      const { result } = await this.answer();
      return await keepVideo(this.deps, this.input, result);
    } catch (error) {
      const { cancellationSignal, cancellationDetails } = this.context;
      if (cancellationSignal.aborted && cancellationDetails?.workerShutdown)
        throw workerShutdown(error);
      if (this.running) await this.deps.calls.cancel(this.running);
      if (cancellationSignal.aborted) return await this.context.cancelled;
      throw error;
    } finally {
      clearInterval(beating);
    }
  }

  /** A Volume that turns out to be behind what was noted is sent everything, once (E6). */
  private async answer(): Promise<ModalAnswer> {
    const { calls, store } = this.deps;
    try {
      return await this.waitFor(
        this.beat
          ? await calls.attach(this.call(null, []), this.beat.functionCallId, this.beat.spawnedAtMs)
          : await this.spawn(false),
      );
    } catch (error) {
      if (!(error instanceof AppError) || error.kind !== 'VolumeBehind') throw error;
      await store.volumeHeads.remove(this.input.projectId);
      return this.waitFor(await this.spawn(true));
    }
  }

  private async spawn(sendsEverything: boolean): Promise<RunningCall> {
    const bundle = await this.missingOnVolume(sendsEverything);
    const assets = await assetsForVolume(this.deps, this.input);
    const running = await this.deps.calls.spawn(this.call(bundle, assets));
    this.beat = { functionCallId: running.remote.functionCallId, spawnedAtMs: running.spawnedAtMs };
    this.context.heartbeat(this.beat);
    return running;
  }

  private call(bundle: ModalRequest['bundle'], assets: GameAsset[]): ModalCall {
    const { config } = this.deps;
    const { userId, projectId, actionId } = this.input;
    const callId = callIdFor(actionId, this.context.info.attempt);
    const base = callbackBaseUrl(config);
    // The container knows its own folders.
    const place = {
      callId,
      repoDir: volumeRepoOf(projectId),
      assets,
      scratchDir: '',
      siteDir: '',
      isNice: false,
      callbackUrl: base === null ? null : `${base}/callback/actions/${actionId}`,
    };
    return {
      userId,
      fn: 'render-video',
      input: videoInput(config, this.input, place),
      bundle,
      callId,
    };
  }

  private async missingOnVolume(everything: boolean): Promise<ModalRequest['bundle']> {
    const { userId, projectId, revision } = this.input;
    const have = everything ? null : await this.deps.store.volumeHeads.get(projectId);
    const bytes =
      have === revision
        ? null
        : await this.deps.mirror.exportBundle(userId, projectId, { have, want: revision });
    return bytes && { want: revision, bytes };
  }

  private async waitFor(running: RunningCall): Promise<ModalAnswer> {
    this.running = running;
    const answer = await this.deps.calls.wait(running, { signal: this.context.cancellationSignal });
    this.running = null;
    return answer;
  }
}
