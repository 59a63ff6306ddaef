import { cp, mkdir, readFile, rm, stat } from 'node:fs/promises';
import { constants, setPriority, tmpdir } from 'node:os';
import path from 'node:path';
import { AppError } from '../../contracts/base/errors.js';
import {
  VIDEO,
  videoTempName,
  type VideoInput,
  type VideoResult,
} from '../../contracts/media/video.js';
import { recordGame } from './record.js';
import { renderBoxed } from './boxed-render.js';
import { MADE_NAME } from './render.js';

const SCRATCH_MODE = 0o700;
/** Recording is about so much of the work. */
const RECORD_SHARE = 0.5;
/** More than any video of ours; what is larger is not carried through pipes. */
const MAX_BYTES = 64 * 1024 * 1024;

export interface VideoAccess {
  /** The file of this program: the renderer is started from it again. */
  readonly runner: string;
  readonly seenFrom?: string | undefined;
  readonly onProgress: (percent: number) => void;
}

/**
 * Makes the video of a version: plays the game, records it, puts its words around it. Throws a
 * AppError, or the reason of `signal`.
 */
export async function makeVideo(
  input: VideoInput,
  { runner, seenFrom, onProgress }: VideoAccess,
  signal: AbortSignal,
): Promise<VideoResult> {
  if (input.isNice) setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  const scratch = await openScratch(input);
  const temp = await openTemp(input.callId);
  try {
    const site = path.join(scratch, 'site');
    await cp(input.siteDir, site, { recursive: true });
    const frames = Math.max(2, Math.round(input.seconds * VIDEO.fps));
    const tell =
      (from: number, share: number) =>
      (done: number): void =>
        onProgress(Math.min(99, Math.floor(100 * (from + (share * done) / frames))));
    const { parcelFile, assets } = input;
    const startedMs = performance.now();
    const recorded = await recordGame(
      { parcelFile, assets, seenFrom },
      { frames, folder: path.join(site, 'public', 'gameplay'), limitMs: input.recordLimitMs },
      signal,
      tell(0, RECORD_SHARE),
    );
    const recordedMs = performance.now();
    const made = path.join(scratch, 'made');
    await mkdir(made, { mode: SCRATCH_MODE });
    await renderBoxed(
      {
        site,
        made,
        temp,
        runner,
        seenFrom,
        scale: input.scale,
        props: { ...input.story, title: input.title, frames: recorded },
      },
      signal,
      tell(RECORD_SHARE, 1 - RECORD_SHARE),
    );
    const times = {
      recordMs: Math.round(recordedMs - startedMs),
      renderMs: Math.round(performance.now() - recordedMs),
    };
    return {
      mimeType: 'video/mp4',
      data: await readVideo(path.join(made, MADE_NAME)),
      frames: recorded,
      ...times,
    };
  } finally {
    for (const folder of [scratch, temp])
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** This call's own folder, made anew. */
async function openScratch({
  scratchDir,
  callId,
}: Pick<VideoInput, 'scratchDir' | 'callId'>): Promise<string> {
  // What is removed with all its content has to be a folder that can only be ours.
  if (!path.isAbsolute(scratchDir) || path.basename(scratchDir) !== callId)
    throw new AppError('PATH_ESCAPE', 'scratch folder does not carry the call id');
  await rm(scratchDir, { recursive: true, force: true });
  await mkdir(scratchDir, { recursive: true, mode: SCRATCH_MODE });
  return scratchDir;
}

/** Where every program that is started from now on keeps its files. */
async function openTemp(callId: string): Promise<string> {
  const temp = path.join(tmpdir(), videoTempName(callId));
  await rm(temp, { recursive: true, force: true });
  await mkdir(temp, { recursive: true, mode: SCRATCH_MODE });
  process.env['TMPDIR'] = temp;
  return temp;
}

async function readVideo(file: string): Promise<string> {
  const { size } = await stat(file);
  if (size > MAX_BYTES) throw new AppError('VideoNotMade', `the video has ${size} bytes`);
  return (await readFile(file)).toString('base64');
}
