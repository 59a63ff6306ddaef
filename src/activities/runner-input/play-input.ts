import { crashPoint } from '../../process/crash-points.js';
import { AppError } from '../../contracts/base/errors.js';
import { PlayResult, type PlayInput } from '../../contracts/game/play.js';
import { message } from '../../contracts/messages/message.js';
import type { WorkerConfig } from '../../config.js';
import type { Log } from '../../telemetry/log.js';
import type { PlayRecords } from '../../objects/play-records.js';
import type { Store } from '../../store/index.js';
import type { StreamWriter } from '../../stream/writer.js';
import { announce } from '../shared/jobs/progress.js';
import type { PlayedGame, PlayGameInput } from '../ports/play-port.js';

/** Names the call of a play; no attempt of its job has this name (C1). */
export function playCallId({ jobId, play }: PlayGameInput): string {
  return `${jobId}.play-${play}`;
}

/** The runner's input for one play, the same for every backend. */
export function playInput(
  input: PlayGameInput,
  place: Pick<PlayInput, 'parcelFile' | 'assets'>,
  limits: Pick<PlayInput, 'wallMs' | 'lives'>,
): PlayInput {
  return { command: 'play', callId: playCallId(input), ...limits, ...place };
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
  readonly config: Pick<WorkerConfig, 'PLAY_WALL_MS' | 'PLAY_LIVES' | 'JOB_TIMEOUT_MS'>;
  readonly records: PlayRecords;
  readonly store: Pick<Store, 'jobs'>;
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
  { records }: Pick<PlayStore, 'records'>,
  input: PlayGameInput,
  raw: unknown,
): Promise<PlayedGame> {
  const read = PlayResult.safeParse(raw);
  if (!read.success)
    throw new AppError('RunCrashed', 'the result of the play cannot be understood');
  const { sheet, screen, loop: _, tapes: __, states, tookMs, ...found } = read.data;
  const bytesOf = (text: string) => Buffer.from(text, 'base64');
  const screenshot =
    screen === null ? {} : { screenshot: await records.writeScreenshot(input, bytesOf(screen)) };
  const report = { ...found, ...screenshot };
  const sheetBytes = sheet === null ? null : bytesOf(sheet);
  const key = await records.write(input, { ...report, states }, sheetBytes);
  crashPoint('after-play');
  return { ...report, tookMs, sheet: key };
}
