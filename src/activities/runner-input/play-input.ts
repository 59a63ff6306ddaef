import { crashPoint } from '../../process/crash-points.js';
import { PlayResult, type PlayInput } from '../../contracts/game/play.js';
import type { TapeSet } from '../../contracts/game/tape.js';
import { message } from '../../contracts/messages/message.js';
import type { WorkerConfig } from '../../config.js';
import type { Log } from '../../telemetry/log.js';
import type { PlayRecords } from '../../objects/play-records.js';
import type { Tapes } from '../../objects/tapes.js';
import type { Store } from '../../store/index.js';
import type { StreamWriter } from '../../stream/writer.js';
import { gameTreeOf } from '../../versions/format/manifest.js';
import type { Versions } from '../../versions/kept/versions.js';
import { resultOf, type GamePlace } from '../hosted/host.js';
import type { GameVersion } from './game-assets.js';
import { announce } from '../shared/jobs/progress.js';
import type { JobRef } from '../ports/refs.js';
import type { PlayedGame, PlayGameInput } from '../ports/play-port.js';

/** Names the call of a play; no attempt of its job has this name (C1). */
export function playCallId({ jobId, play }: PlayGameInput): string {
  return `${jobId}.play-${play}`;
}

/** The runner's input for one play, the same for every backend. */
export function playInput(
  input: PlayGameInput,
  { parentParcelFile, ...place }: GamePlace,
  { tapes, ...limits }: Pick<PlayInput, 'wallMs' | 'lives'> & { tapes: TapeSet | null },
): PlayInput {
  const parent = parentParcelFile === undefined ? null : { parcelFile: parentParcelFile, tapes };
  const given = { callId: playCallId(input), ...limits, ...place };
  return { command: 'play', ...given, ...(parent && { parent }) };
}

/** A version that is changed, and what is kept of its plays; null = nothing that can be read. */
export interface ParentOfPlay {
  readonly version: GameVersion;
  readonly tapes: TapeSet | null;
}

/** The parent of a change; null = there is none, or it cannot be read: nothing is compared then. */
export async function parentOfPlay(
  { versions, tapes, log }: Pick<PlayStore, 'versions' | 'tapes' | 'log'>,
  { userId, projectId, parent, jobId }: JobRef & { parent?: string },
): Promise<ParentOfPlay | null> {
  if (parent === undefined) return null;
  const version = { userId, projectId, revision: parent };
  try {
    const { manifest } = await versions.describe(version);
    return { version, tapes: await tapes.read(version, gameTreeOf(manifest.files)) };
  } catch (error) {
    log.warn({ err: error, jobId, parent }, 'a change is played without its parent');
    return null;
  }
}

/** A job keeps so much of its time for what comes after a play. */
const KEPT_MS = 60_000;

/** How long a play of a job may take, which has its slot since `slotAt` (null = it has none). */
export function wallOf(
  { PLAY_WALL_MS, JOB_TIMEOUT_MS }: Pick<WorkerConfig, 'PLAY_WALL_MS' | 'JOB_TIMEOUT_MS'>,
  slotAt: string | null,
  nowMs: number,
): number {
  const usedMs = slotAt === null ? 0 : nowMs - Date.parse(slotAt);
  return Math.max(1, Math.min(PLAY_WALL_MS, JOB_TIMEOUT_MS - usedMs - KEPT_MS));
}

/** What both backends store and send of a play. */
export interface PlayStore {
  readonly config: Pick<
    WorkerConfig,
    'PLAY_WALL_MS' | 'PLAY_LIVES' | 'PLAY_SEARCH_LIVES' | 'JOB_TIMEOUT_MS'
  >;
  readonly records: PlayRecords;
  readonly tapes: Tapes;
  readonly versions: Pick<Versions, 'describe'>;
  readonly store: Pick<Store, 'jobs' | 'projects' | 'revisions'>;
  readonly stream: StreamWriter;
  readonly log: Log;
}

const ANNOUNCEMENT = { progress: 97, message: message('STEP_PLAYING') } as const;
const AGAIN = { progress: 98, message: message('STEP_PLAYING_AGAIN') } as const;

/** Sends subscribers that the game is being played; nothing depends on it. */
export async function announcePlay(
  deps: PlayStore,
  { jobId, place, round }: PlayGameInput,
): Promise<void> {
  await announce(deps, jobId, place, round > 0 ? AGAIN : ANNOUNCEMENT);
}

/** Stores the runner's report, and returns it for the workflow. */
export async function keepPlay(
  { records, tapes: kept }: Pick<PlayStore, 'records' | 'tapes'>,
  input: PlayGameInput,
  raw: unknown,
): Promise<PlayedGame> {
  const { sheet, screen, loop, tapes, states, tookMs, ...found } = resultOf(
    PlayResult,
    raw,
    'play',
  );
  const bytesOf = (text: string) => Buffer.from(text, 'base64');
  const write = (image: string) => records.writeScreenshot(input, bytesOf(image));
  const report = {
    ...found,
    ...(screen !== null && { screenshot: await write(screen) }),
    ...(loop !== null && { loopName: await write(loop) }),
  };
  if (tapes !== null && tapes.gameTree === report.gameTree) await kept.write(input, tapes);
  const sheetBytes = sheet === null ? null : bytesOf(sheet);
  const key = await records.write(input, { ...report, states }, sheetBytes);
  crashPoint('after-play');
  return { ...report, tookMs, sheet: key };
}
