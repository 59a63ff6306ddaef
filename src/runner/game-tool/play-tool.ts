import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type Sharp from 'sharp';
import { sha256Of } from '../../contracts/base/hashes.js';
import { AppError } from '../../contracts/base/errors.js';
import type { PlayInput, PlayResult } from '../../contracts/game/play.js';
import type { GenerateInput, ToolAnswer, ToolContent } from '../../contracts/execution/runner.js';
import { encodeVersion, type FileBytes } from '../../versions/format/encode.js';
import { foreignFiles, gameTreeOf } from '../../versions/format/manifest.js';
import { encodeParcel } from '../../versions/format/parcel.js';
import { troubleOf } from '../candidate/left-work.js';
import type { Recorder } from '../recording/recorder.js';
import { loadPackage } from '../packages.js';
import { smallEnough } from '../small-enough.js';
import { readWork } from '../work-folder.js';
import type { Slots } from './asked-slots.js';
import type { playInChild } from './child-play.js';
import { playWords } from './play-words.js';

interface Known {
  readonly content: ToolContent[];
  /** Null = of a recording, which has the answer alone. */
  readonly result: PlayResult | null;
}

/** With less time left a play would take what the mending of its findings needs. */
const KEPT_MS = 90_000;
const WALL_MS = 90_000;
/** One may be for want of time or memory: then the player is not there. */
const MOST_FAILURES = 2;
const MAX_SHEET_BYTES = 150 * 1024;
const SHEET_QUALITIES = [75, 50, 30] as const;

const NO_MORE = 'There are no plays left in this run. Finish by your own judgement and end now.';
const NO_TIME = 'There is no time left for a play. End now.';
const BUSY =
  'The player is busy. This was none of your plays: look through the code now, then call it again.';
const AWAY = 'The game cannot be played here. Go on without it.';
/** After these nothing more is played. */
const LAST_ANSWERS = new Set([NO_TIME, AWAY]);
const UNPLAYED =
  'The game as it is now was not played. Call play, mend what it finds, then give your last ' +
  'answer again.';

export interface GameToolAccess {
  readonly plays: NonNullable<GenerateInput['plays']>;
  readonly callId: string;
  /** The project folder, and one that is removed with the run. */
  readonly work: string;
  readonly aside: string;
  /** The parcel of the version that is changed. */
  readonly parentFile: string | null;
  readonly slots: Slots;
  readonly play: typeof playInChild;
  readonly seenFrom: string | undefined;
  readonly warn: (text: string) => void;
  readonly recorder?: Pick<Recorder, 'tool'> | undefined;
}

/** The tool `play` of a run (P6): plays the game as it is at the moment of the call. */
export class PlayTool {
  private readonly startedMs = performance.now();
  private readonly known = new Map<string, Known>();
  private readonly over = new AbortController();
  private last: Promise<unknown> = Promise.resolve();
  private played = 0;
  private failures = 0;
  private isAway = false;
  private readonly recorded: ToolAnswer[];

  constructor(private readonly access: GameToolAccess) {
    this.recorded = [...(access.plays.recorded ?? [])];
  }

  /** One call after the other. Never rejects. `signal`: the model waits no more. */
  call(signal: AbortSignal): Promise<readonly ToolContent[]> {
    const either = AbortSignal.any([signal, this.over.signal]);
    const answer = this.last
      .then(() => this.answer(either))
      .catch((error: unknown) => {
        if (!either.aborted) this.access.warn(`a play in a run failed: ${String(error)}`);
        return text(AWAY);
      });
    this.last = answer;
    return answer;
  }

  /** Why the model should play before it ends; null = it need not, or cannot. */
  whyPlay(files: readonly FileBytes[]): string | null {
    const cannot = this.isAway || this.leftOf() <= 0 || !this.hasTime();
    return cannot || this.known.has(treeOf(files)) ? null : UNPLAYED;
  }

  /** What a play of exactly these files has seen; null = there was none. */
  resultFor(files: readonly FileBytes[]): PlayResult | null {
    return this.known.get(treeOf(files))?.result ?? null;
  }

  /** Ends a play that is under way; nothing of it is left. */
  async close(): Promise<void> {
    this.over.abort(new AppError('RunCancelled', 'the run is over'));
    await this.last;
  }

  private async answer(signal: AbortSignal): Promise<readonly ToolContent[]> {
    signal.throwIfAborted();
    // Its copy: the model may go on writing while it is played.
    const { files } = await readWork(this.access.work);
    const gameTree = treeOf(files);
    const content =
      this.repeated(gameTree) ??
      this.known.get(gameTree)?.content ??
      (await this.newAnswer(files, gameTree, signal));
    const wasPlayed = this.known.get(gameTree)?.content === content;
    this.access.recorder?.tool({ gameTree, wasPlayed, content });
    return content;
  }

  /** The answer that the recorded run had; null = it had none for these files. */
  private repeated(gameTree: string): ToolContent[] | null {
    const at = this.recorded.findIndex((each) => each.gameTree === gameTree);
    const [answer] = at === -1 ? [] : this.recorded.splice(at, 1);
    if (!answer) return null;
    const { content, wasPlayed } = answer;
    const [said] = content;
    if (said?.type === 'text' && LAST_ANSWERS.has(said.text)) this.isAway = true;
    if (wasPlayed && !this.known.has(gameTree)) {
      this.played += 1;
      this.known.set(gameTree, { content, result: null });
    }
    return content;
  }

  private async newAnswer(
    files: readonly FileBytes[],
    gameTree: string,
    signal: AbortSignal,
  ): Promise<ToolContent[]> {
    const trouble = await troubleOf(files);
    if (trouble !== null) return text(`It was not played: ${trouble.message}. Mend that first.`);
    if (this.leftOf() <= 0) return text(NO_MORE);
    if (!this.hasTime()) return text(NO_TIME);
    const result = await this.play(files, signal);
    if (result === 'away') return text(AWAY);
    if (result === null) return text(BUSY);
    this.played += 1;
    const content = await this.contentOf(result);
    this.known.set(gameTree, { content, result });
    return content;
  }

  private async play(
    files: readonly FileBytes[],
    signal: AbortSignal,
  ): Promise<PlayResult | 'away' | null> {
    const { aside, slots, callId, plays, parentFile, play } = this.access;
    await mkdir(aside, { recursive: true, mode: 0o700 });
    const parcelFile = path.join(aside, 'played.parcel');
    try {
      await writeFile(parcelFile, await parcelOf(files), { mode: 0o600 });
      const input: PlayInput = {
        ...{ command: 'play', callId, parcelFile, assets: plays.assets },
        ...{ wallMs: WALL_MS, lives: plays.lives, isFirstPart: true },
        ...(parentFile !== null &&
          plays.tapes && { parent: { parcelFile: parentFile, tapes: plays.tapes } }),
      };
      return await slots.during(() => play(input, signal), signal);
    } catch (error) {
      signal.throwIfAborted();
      this.failures += 1;
      this.isAway = this.failures >= MOST_FAILURES;
      this.access.warn(`a play in a run failed: ${String(error)}`);
      return this.isAway ? 'away' : null;
    } finally {
      await rm(parcelFile, { force: true });
    }
  }

  private async contentOf(result: PlayResult): Promise<ToolContent[]> {
    const words = text(playWords(result, this.leftOf()));
    const sheet = result.sheet && (await smallSheet(result.sheet, this.access.seenFrom));
    return sheet ? [...words, { type: 'image', data: sheet, mimeType: 'image/webp' }] : words;
  }

  private leftOf(): number {
    return this.access.plays.count - this.played;
  }

  private hasTime(): boolean {
    const usedMs = performance.now() - this.startedMs;
    return this.access.plays.timeMs - usedMs >= KEPT_MS;
  }
}

function text(words: string): ToolContent[] {
  return [{ type: 'text', text: words }];
}

function treeOf(files: readonly FileBytes[]): string {
  return gameTreeOf(files.map(({ path: name, bytes }) => ({ path: name, sha: sha256Of(bytes) })));
}

/** A copy that is in no store: nothing names it. */
async function parcelOf(files: readonly FileBytes[]): Promise<Buffer> {
  const message = { subject: 'as it is played' };
  const draft = { parent: null, message, madeAt: new Date(0), kept: [], files };
  const { manifest, sha, bytes } = await encodeVersion(draft);
  const placed = { ...manifest, files: foreignFiles(manifest, { workId: 'played', sha }) };
  return encodeParcel(placed, async ({ at: [offset, length] }) =>
    bytes.subarray(offset, offset + length),
  );
}

/** The sheet as WebP, base64; null when it cannot be made small enough. */
async function smallSheet(sheet: string, seenFrom: string | undefined): Promise<string | null> {
  const sharp = loadPackage<typeof Sharp>('sharp', seenFrom);
  const bytes = await smallEnough(MAX_SHEET_BYTES, SHEET_QUALITIES, (quality) =>
    sharp(Buffer.from(sheet, 'base64')).webp({ quality }).toBuffer(),
  );
  return bytes?.toString('base64') ?? null;
}
