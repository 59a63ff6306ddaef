/** What the owner does in the preview, kept for the next change of the game (P4). */
import {
  MAX_NAME_CHARS,
  MAX_OWNER_PLAY_BYTES,
  TAPE_KEY,
  TAPE_LIMITS,
  TAPE_PLACES,
} from '../../../src/contracts/game/tape-bounds.ts';
import type { TapeInput } from '../../../src/contracts/game/tape.js';
import { ask } from '../net/rest.js';
import type { Session } from '../net/session.js';
import type { Versions } from './versions.ts';

/** Less what stands around the inputs. */
const MAX_BYTES = MAX_OWNER_PLAY_BYTES - 200;
/** A shorter play, by the game's time, is of no use. */
const MIN_MS = 3_000;
const POSTS_EVERY_MS = 30_000;
/** Errors that follow each other so fast are sent together. */
const TOGETHER_MS = 1_000;
const MAX_ERRORS = 5;
const MAX_ERROR_CHARS = 300;

interface Play {
  inputs: TapeInput[];
  bytes: number;
  /** The version that is played, asked for with the first input or error. */
  revision: Promise<string | null> | null;
}

interface Sent extends Pick<Play, 'inputs' | 'revision'> {
  readonly errors: readonly string[];
}

interface Page {
  readonly session: Session;
  readonly projectId: string;
  readonly versions: Pick<Versions, 'current'>;
}

/** One play at a time, from the load of the game until it is over, leaves or is out of sight. */
export class OwnerPlay {
  private play: Play | null = null;
  private postedAt = -Infinity;
  private reported = '';
  private reportedAt = -Infinity;
  /** The newest report, until it is sent. */
  private waiting: Sent | null = null;

  constructor(private readonly page: Page) {
    document.addEventListener('visibilitychange', () => document.hidden && this.end());
  }

  /** Asks a game that was loaded for what is done in it from now on. */
  begin(game: Window | null): void {
    this.end();
    this.play = { inputs: [], bytes: 0, revision: null };
    this.reported = '';
    game?.postMessage({ type: 'recordPlay' }, '*');
  }

  /** A message of that game, which may have written it by itself. */
  hear({ inputs, isOver }: { inputs?: unknown; isOver?: unknown }): void {
    const { play } = this;
    if (play === null) return;
    play.revision ??= this.revision();
    for (const sent of Array.isArray(inputs) ? inputs.slice(0, TAPE_LIMITS.inputs) : []) {
      const input = inputOf(sent, play.inputs.at(-1)?.atMs ?? 0);
      if (input === null) continue;
      play.bytes += new Blob([JSON.stringify(input)]).size + 1;
      if (play.inputs.length >= TAPE_LIMITS.inputs || play.bytes > MAX_BYTES) return this.end();
      play.inputs.push(input);
    }
    if (isOver === true) this.end();
  }

  /**
   * The first errors of the game that is played, a line each: its next change learns of them. A
   * game can throw others all the time: reports use up what its owner may send, `cancel` included.
   */
  report(lines: readonly string[]): void {
    const { play } = this;
    if (play === null) return;
    const errors = lines.slice(0, MAX_ERRORS).map((line) => line.slice(0, MAX_ERROR_CHARS));
    if (this.reported === errors.join('\n')) return;
    this.reported = errors.join('\n');
    play.revision ??= this.revision();
    const isWaiting = this.waiting !== null;
    this.waiting = { inputs: [], errors, revision: play.revision };
    if (isWaiting) return;
    const restMs = this.reportedAt + POSTS_EVERY_MS - performance.now();
    window.setTimeout(this.sendReport, Math.max(TOGETHER_MS, restMs));
  }

  private readonly sendReport = (): void => {
    const { waiting } = this;
    this.waiting = null;
    this.reportedAt = performance.now();
    if (waiting) void this.send(waiting).catch(() => undefined);
  };

  /** What is played is no version. */
  drop(): void {
    this.play = null;
  }

  /** Sends what there is; a play that cannot be kept is reported to no user. */
  end(): void {
    const { play } = this;
    this.play = null;
    const now = performance.now();
    if (!play || (play.inputs.at(-1)?.atMs ?? 0) < MIN_MS) return;
    if (now - this.postedAt < POSTS_EVERY_MS) return;
    this.postedAt = now;
    void this.send({ ...play, errors: [] }).catch(() => undefined);
  }

  private async send({ revision: asked, inputs, errors }: Sent): Promise<void> {
    const revision = await asked;
    const { session, projectId } = this.page;
    if (revision !== null)
      await ask(session, 'POST', `/api/projects/${projectId}/plays`, { revision, inputs, errors });
  }

  private async revision(): Promise<string | null> {
    const version = await this.page.versions.current().catch(() => null);
    return version?.hash ?? null;
  }
}

/** With no other fields than an input has; null = it is none, or comes before another. */
function inputOf(sent: unknown, sinceMs: number): TapeInput | null {
  const { type, atMs, finger = 0, x, y, on, key } = (sent ?? {}) as Record<string, unknown>;
  if (!isIn(atMs, sinceMs, TAPE_LIMITS.ms)) return null;
  if (type === 'keyDown' || type === 'keyUp')
    return typeof key === 'string' && TAPE_KEY.test(key) ? { type, atMs, key } : null;
  if (finger !== 0 && finger !== 1) return null;
  if (type === 'up') return { type, atMs, finger };
  if (!isPlace(x) || !isPlace(y)) return null;
  if (type === 'move') return { type, atMs, finger, x, y };
  if (type !== 'down') return null;
  const name = typeof on === 'string' ? { on: on.slice(0, MAX_NAME_CHARS) } : {};
  return { type, atMs, finger, x, y, ...name };
}

const isPlace = (value: unknown): value is number =>
  isIn(value, TAPE_PLACES.least, TAPE_PLACES.most);
const isIn = (value: unknown, least: number, most: number): value is number =>
  Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
