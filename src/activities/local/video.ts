import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { CancelledFailure, Context } from '@temporalio/activity';
import type { WorkerConfig } from '../../config.js';
import { AppError } from '../../contracts/errors.js';
import { callIdFor } from '../../contracts/ids.js';
import { videoTempName, type VideoMade } from '../../contracts/video.js';
import type { Log } from '../../log.js';
import type { Store } from '../../store/index.js';
import type { Mirror } from '../../store/mirror/mirror.js';
import { ActionProgress } from '../frame/action-progress.js';
import type { VideoStore } from '../runner/video-input.js';
import type { RenderVideoStoryInput, VideoActivities } from '../ports.js';
import { videoSite } from '../runner/video-site.js';
import { videoMade, keepVideo, videoInput } from '../runner/video-input.js';
import { killOrphansIn } from './orphans.js';
import { assetsOnDisk } from './asset-copies.js';
import { startRunner } from './runner-process.js';
import type { RunnerProgram } from './runner-program.js';

const HEARTBEAT_MS = 500;

export interface LocalVideoDeps extends VideoStore {
  config: WorkerConfig;
  store: Pick<Store, 'actions' | 'assets'>;
  mirror: Mirror;
  runner: RunnerProgram;
  log: Log;
}

/** Videos made on this machine, behind everything else that it does. */
export function localVideoActivities(deps: LocalVideoDeps): VideoActivities {
  return { renderVideo: (input) => renderVideo(deps, input, Context.current()) };
}

async function renderVideo(
  deps: LocalVideoDeps,
  input: RenderVideoStoryInput,
  context: Context,
): Promise<VideoMade> {
  const { config, mirror, runner } = deps;
  // A worker that only seemed to be dead may still be cleaning up after its own try.
  const callId = callIdFor(input.actionId, context.info.attempt);
  const scratchDir = path.join(config.DATA_DIR, 'scratch', callId);
  const tempDir = path.join(os.tmpdir(), videoTempName(callId));
  const beat = setInterval(() => context.heartbeat(), HEARTBEAT_MS);
  const progress = new ActionProgress(deps, input.actionId);
  try {
    context.heartbeat();
    const made = await videoMade(deps, input);
    if (made) return made;
    const repoDir = await mirror.ensure(input.userId, input.projectId);
    await mirror.assertHere(input.userId, input.projectId, input.revision);
    const assets = await assetsOnDisk(deps, input);
    const stopped = AbortSignal.any([context.cancellationSignal, progress.ended]);
    const siteDir = await orStopped(videoSite(path.join(config.DATA_DIR, 'runner')), stopped);
    // Nobody waits for a browser that is busy drawing: what it leaves is removed here.
    stopped.addEventListener('abort', () => void killOrphansIn(tempDir), { once: true });
    const raw = await startRunner({
      program: runner,
      env: {},
      signal: stopped,
      stopGraceMs: 0,
      onProgress: (percent) => progress.note(percent),
      input: videoInput(config, input, {
        callId,
        repoDir,
        assets,
        scratchDir,
        siteDir,
        isNice: true,
        callbackUrl: null,
      }),
    });
    return await keepVideo(deps, input, raw);
  } catch (error) {
    if (context.cancellationDetails?.workerShutdown)
      throw new AppError('RunCrashed', 'the worker was shut down');
    if (context.cancellationSignal.aborted)
      throw new CancelledFailure('the video was stopped', [], error as Error);
    throw error;
  } finally {
    clearInterval(beat);
    await killOrphansIn(tempDir);
    // The runner removes them, unless it was killed.
    for (const folder of [scratchDir, tempDir])
      await rm(folder, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
  }
}

/** What takes longer than the video is wanted goes on by itself. */
async function orStopped<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const over = new AbortController();
  const stopped = once(signal, 'abort', { signal: over.signal }).then(() => {
    throw signal.reason as Error;
  });
  stopped.catch(() => undefined);
  return Promise.race([work, stopped]).finally(() => over.abort());
}
