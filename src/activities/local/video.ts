import { rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Context } from '@temporalio/activity';
import type { WorkerConfig } from '../../config.js';
import { untilAborted } from '../../concurrency.js';
import { callIdFor } from '../../contracts/base/ids.js';
import { videoTempName, type VideoInput, type VideoMade } from '../../contracts/media/video.js';
import type { Log } from '../../telemetry/log.js';
import type { DiskCache } from '../../objects/disk-cache.js';
import type { Store } from '../../store/index.js';
import type { Versions } from '../../versions/kept/versions.js';
import { ActionProgress } from '../frame/action-progress.js';
import { longActivity } from '../frame/long-activity.js';
import { rowOfAction, stallDetector, withStallWatch } from '../frame/stall-detector.js';
import type { VideoStore } from '../runner-input/video-input.js';
import type { RenderVideoStoryInput, VideoActivities } from '../ports/video-ports.js';
import { videoSite } from '../runner-input/video-site.js';
import { videoMade, keepVideo, videoInput } from '../runner-input/video-input.js';
import { killOrphansIn } from './orphans.js';
import { assetsOnDisk } from './asset-copies.js';
import { startRunner } from './runner-process.js';
import type { RunnerProgram } from './runner-program.js';
import { scratchFiles, scratchFolder, type ScratchFiles } from './scratch-files.js';

export interface LocalVideoDeps extends VideoStore {
  config: WorkerConfig;
  store: Pick<Store, 'actions' | 'assets' | 'projects'>;
  versions: Versions;
  cache: DiskCache;
  runner: RunnerProgram;
  log: Log;
}

/** Videos made on this machine, behind everything else that it does. */
export function localVideoActivities(deps: LocalVideoDeps): VideoActivities {
  return { renderVideo: (input) => renderVideo(deps, input) };
}

async function renderVideo(deps: LocalVideoDeps, input: RenderVideoStoryInput): Promise<VideoMade> {
  // A worker that only seemed to be dead may still be cleaning up after its own delivery.
  const callId = callIdFor(input.actionId, Context.current().info.attempt);
  const scratchDir = scratchFolder(deps.config.DATA_DIR, callId);
  const files = scratchFiles(deps.config.DATA_DIR, callId);
  const tempDir = path.join(os.tmpdir(), videoTempName(callId));
  const progress = new ActionProgress(deps, input.actionId);
  return longActivity(
    { onShutdown: 'stops', cleanUp: () => removeTraces(files, scratchDir, tempDir) },
    async ({ signal }) => {
      const made = await videoMade(deps, input);
      if (made) return made;
      const wanted = AbortSignal.any([signal, progress.ended]);
      const given = await runnerInput(deps, input, { callId, files, stopped: wanted });
      const watch = stallDetector(rowOfAction(deps.store, input.actionId), deps.config, deps.log);
      const raw = await withStallWatch(watch, wanted, (stopped) => {
        // A browser that is busy drawing ends too slowly: what it leaves is removed here.
        stopped.addEventListener('abort', () => void killOrphansIn(tempDir), { once: true });
        return startRunner({
          program: deps.runner,
          env: {},
          signal: stopped,
          stopGraceMs: 0,
          onProgress: (percent) => void progress.note(percent),
          input: given,
        });
      });
      return keepVideo(deps, input, raw);
    },
  );
}

async function runnerInput(
  deps: LocalVideoDeps,
  input: RenderVideoStoryInput,
  { callId, files, stopped }: { callId: string; files: ScratchFiles; stopped: AbortSignal },
): Promise<VideoInput> {
  const { config, versions } = deps;
  const parcelFile = await files.put('parcel', await versions.parcel(input));
  const assets = await assetsOnDisk(deps, input);
  const siteDir = await untilAborted(videoSite(path.join(config.DATA_DIR, 'runner')), stopped);
  return videoInput(config, input, {
    callId,
    parcelFile,
    assets,
    scratchDir: scratchFolder(config.DATA_DIR, callId),
    siteDir,
    isNice: true,
    callbackUrl: null,
  });
}

/** The runner removes its folders and browsers, unless it was killed. */
async function removeTraces(
  files: ScratchFiles,
  scratchDir: string,
  tempDir: string,
): Promise<void> {
  await killOrphansIn(tempDir);
  await files.remove();
  for (const folder of [scratchDir, tempDir])
    await rm(folder, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
}
