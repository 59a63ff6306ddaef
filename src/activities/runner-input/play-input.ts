import { crashPoint } from '../../process/crash-points.js';
import { MAX_SCREENSHOT_BYTES, PlayResult, type PlayInput } from '../../contracts/game/play.js';
import { STEP } from '../../contracts/durable/stream.js';
import { GenerateResult } from '../../contracts/execution/runner.js';
import type { TapeSet } from '../../contracts/game/tape.js';
import { BAR } from '../../contracts/messages/bar.js';
import { message } from '../../contracts/messages/message.js';
import type { WorkerConfig } from '../../config.js';
import { warned, type Log } from '../../telemetry/log.js';
import { PLAYER_VERSION, playOfRound } from '../../domain/playing/playing.js';
import type { PlayRecords } from '../../objects/play-records.js';
import type { Screenshots } from '../../objects/screenshots.js';
import type { Tapes } from '../../objects/tapes.js';
import type { Store } from '../../store/index.js';
import type { StreamWriter } from '../../stream/writer.js';
import { gameTreeOf } from '../../versions/format/manifest.js';
import type { Versions } from '../../versions/kept/versions.js';
import { resultOf, type GamePlace } from '../hosted/host.js';
import type { GameVersion } from './game-assets.js';
import { announce, streamProgress } from '../shared/jobs/progress.js';
import type { RunAgentInput } from '../ports/agent-port.js';
import type { JobRef } from '../ports/refs.js';
import type { PlayedGame, PlayGameInput } from '../ports/play-port.js';

/** Names the call of a play; no attempt of its job has this name (C1). */
export const playCallId = ({ jobId, play }: PlayGameInput): string => `${jobId}.play-${play}`;

/** The job of a play; null when `callId` is not of that form. */
export function jobOfPlay(callId: string): string | null {
  return /^([0-9a-f-]{36})\.play-\d+$/.exec(callId)?.[1] ?? null;
}

/** The runner's input for one play, the same for every backend. */
export function playInput(
  input: PlayGameInput,
  { parentParcelFile, ...place }: GamePlace,
  { tapes, known, ...limits }: PlayKnowledge & Pick<PlayInput, 'wallMs' | 'lives'>,
): PlayInput {
  const parent = parentParcelFile === undefined ? null : { parcelFile: parentParcelFile, tapes };
  const given = { callId: playCallId(input), ...limits, ...place };
  return { command: 'play', ...given, ...(parent && { parent }), ...(known && { known }) };
}

/** Tapes of the parent, and what the run has seen of the game; null = nothing. */
interface PlayKnowledge {
  readonly tapes: TapeSet | null;
  readonly known: PlayResult | null;
}

/** Keeps what a run has seen of its candidate (P6): the play that comes next goes on from it. */
export async function keepPlayOfRun(
  { records, log }: Pick<PlayStore, 'records' | 'log'>,
  { repair, ...job }: RunAgentInput,
  raw: unknown,
): Promise<void> {
  const result = GenerateResult.safeParse(raw).data;
  if (result?.kind !== 'candidate' || !result.played) return;
  const play = playOfRound(repair?.round ?? 0);
  await records
    .writeOfRun({ ...job, play }, result.played)
    .catch(warned(log, { jobId: job.jobId }, 'the play of a run is not kept'));
}

/**
 * What the run has seen of exactly these files by this player; null = they are played whole. So are
 * files of which one was missing then, and a change that was not held against its parent.
 */
export async function playOfRun(
  { records, versions, log }: Pick<PlayStore, 'records' | 'versions' | 'log'>,
  input: PlayGameInput,
): Promise<PlayResult | null> {
  try {
    const known = await records.readOfRun(input);
    if (!known || known.player !== PLAYER_VERSION || known.verdict !== 'plays') return null;
    if (known.moments.length === 0 || (input.parent !== undefined && !known.receipt)) return null;
    if (known.notes.some(({ code }) => code === 'missing-file')) return null;
    const { manifest } = await versions.describe({ ...input, workId: input.jobId });
    return known.gameTree === gameTreeOf(manifest.files) ? known : null;
  } catch (error) {
    log.warn({ err: error, jobId: input.jobId }, 'the play of a run cannot be read');
    return null;
  }
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

/** How long a play of a job may take, which has so much of its time left. */
export function wallOf({ PLAY_WALL_MS }: Pick<WorkerConfig, 'PLAY_WALL_MS'>, leftMs: number) {
  return Math.max(1, Math.min(PLAY_WALL_MS, leftMs - KEPT_MS));
}

/** Time that is left of a job which has its slot since `slotAt` (null = it has none). */
export function leftSince(
  { JOB_TIMEOUT_MS }: Pick<WorkerConfig, 'JOB_TIMEOUT_MS'>,
  slotAt: string | null,
  nowMs: number,
): number {
  return JOB_TIMEOUT_MS - (slotAt === null ? 0 : nowMs - Date.parse(slotAt));
}

/** What both backends store and send of a play. */
export interface PlayStore {
  readonly config: Pick<
    WorkerConfig,
    | 'PLAY_WALL_MS'
    | 'PLAY_LIVES'
    | 'PLAY_SEARCH_LIVES'
    | 'JOB_TIMEOUT_MS'
    | 'BUDGET_DAILY_USD'
    | 'USER_DAILY_LOSS_USD'
  >;
  readonly records: PlayRecords;
  readonly tapes: Tapes;
  readonly screenshots: Pick<Screenshots, 'keep' | 'keepLoop' | 'removeProject'>;
  readonly versions: Pick<Versions, 'describe'>;
  readonly store: Pick<Store, 'jobs' | 'projects' | 'revisions' | 'usage'>;
  readonly stream: StreamWriter;
  readonly log: Log;
}

const ANNOUNCEMENT = { progress: BAR.plays, message: message('STEP_PLAYING') } as const;
const AGAIN = { progress: BAR.playsAgain, message: message('STEP_PLAYING_AGAIN') } as const;
const announcementOf = (round: number) => (round > 0 ? AGAIN : ANNOUNCEMENT);

/** Sends subscribers that the game is being played; nothing depends on it. */
export async function announcePlay(
  deps: PlayStore,
  { jobId, place, round }: PlayGameInput,
): Promise<void> {
  await announce(deps, jobId, place, announcementOf(round));
}

/** The images of a play have the places between its own and the next one. */
const MOST_TRIAL_IMAGES = STEP.playParent - STEP.play - 1;

/** Keeps an image of a play that goes on, as long as plays are kept, and sends its name. */
export function trialOf(
  { records, stream, log }: Pick<PlayStore, 'records' | 'stream' | 'log'>,
  input: PlayGameInput,
): (image: Buffer) => Promise<void> {
  const { jobId, place, round } = input;
  let sent = 0;
  return async (image) => {
    if (sent === MOST_TRIAL_IMAGES || image.length > MAX_SCREENSHOT_BYTES) return;
    sent += 1;
    const at = { attempt: place.attempt, seq: place.seq + sent };
    await records
      .writeScreenshot(input, image)
      .then((trial) => streamProgress({ stream }, jobId, at, { ...announcementOf(round), trial }))
      .catch(warned(log, { jobId }, 'an image of a play was not sent'));
  };
}

/** Stores the runner's report, and returns it for the workflow. */
export async function keepPlay(
  { records, tapes: kept }: Pick<PlayStore, 'records' | 'tapes'>,
  input: PlayGameInput,
  raw: unknown,
): Promise<PlayedGame> {
  const result = resultOf(PlayResult, raw, 'play');
  const { sheet, screen, card, loop, tapes, states, tookMs, moments: _moments, ...found } = result;
  const bytesOf = (text: string) => Buffer.from(text, 'base64');
  const write = (image: string, beside: string | null) =>
    records.writeScreenshot(input, bytesOf(image), beside === null ? null : bytesOf(beside));
  const report = {
    ...found,
    ...(screen !== null && { screenshot: await write(screen, card) }),
    ...(loop !== null && { loopName: await write(loop, null) }),
  };
  if (tapes !== null && tapes.gameTree === report.gameTree) await kept.write(input, tapes);
  const sheetBytes = sheet === null ? null : bytesOf(sheet);
  const key = await records.write(input, { ...report, states }, sheetBytes);
  crashPoint('after-play');
  return { ...report, tookMs, sheet: key };
}
