import type { Judging } from '../../contracts/game/judging.js';
import type { PlayFinding, PlayReport } from '../../contracts/game/play.js';
import type { SearchGameInput } from '../../contracts/durable/workflows.js';
import type { Language } from '../../contracts/base/language.js';
import type { JobRef } from './refs.js';

export interface PlayGameInput extends JobRef {
  /** Names the play among those of its job, from 1. */
  play: number;
  revision: string;
  /** The version that it changes, whose tapes it is held against (P4); left out = none. */
  parent?: string;
  /** 0: of the game as it was made; else of one that was mended so often (J2). */
  round: number;
  /** Time that is left of the job, milliseconds; left out where the workflow does not know it. */
  leftMs?: number;
  /** Place of its event in the stream (D1). */
  place: { attempt: number; seq: number };
}
/** Report of a play; `sheet` names the object with its contact sheet (E8). */
export type PlayedGame = PlayReport & { sheet: string | null; tookMs: number };
export interface PlayActivities {
  /**
   * Plays the game of a revision, which may be a candidate, and keeps what it looked like and what
   * was found beside the job (J2, E8). Heartbeats; cancellable.
   */
  playGame(input: PlayGameInput): Promise<PlayedGame>;
}
export interface SearchActivities {
  /**
   * Replaces what is kept of a version's plays by what a longer search has found (P3); a version
   * that is not the newest any more is skipped. Heartbeats; cancellable.
   */
  searchGame(input: SearchGameStep): Promise<'searched' | 'skipped'>;
}
export interface SearchGameStep extends SearchGameInput {
  /** Names the run of the runner. */
  searchId: string;
}

export interface JudgeGameInput extends JobRef {
  /** The play that is judged, among those of its job. */
  play: number;
  /** What the game was to keep; of a change the first is the change itself. */
  checks: readonly string[];
  /** What a player wanted changed; left out of a first game. */
  change?: string;
  /** What the change has changed, by its receipt; left out where nothing has. */
  facts?: readonly string[];
  /** What the play noted beside its verdict. */
  notes: readonly PlayFinding[];
  language: Language;
}
export interface JudgeActivities {
  /**
   * Holds a game that plays against what it was to keep, by what its play has seen (J2). Asks
   * the small model once, and once more where it looks badly wrong (P5). It never fails for want
   * of an answer: that is `unjudged` (J4).
   */
  judgeGame(input: JudgeGameInput): Promise<Judging>;
}
