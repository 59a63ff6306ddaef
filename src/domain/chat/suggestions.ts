import type { Ending, GameBrief, Genre } from '../../contracts/game/brief.js';
import type { PlayReport, PlaySeen } from '../../contracts/game/play.js';
import { endingOf } from '../design/playbooks.js';
import { checkOf, unmetChecks } from '../playing/judging.js';
import { severeLooks } from '../playing/visual-faults.js';
import type { Language } from '../../contracts/base/language.js';
import {
  asEnding,
  asRequest,
  ideasFor,
  isSpecific,
  remedy,
  SAME_REMEDY,
  type Remedy,
} from './suggestion-words.js';

/** What is known of a game that was just made. */
export interface MadeGame {
  /** What the model itself proposes. */
  readonly own: readonly string[];
  /** Null: the game has no brief. */
  readonly brief: Pick<GameBrief, 'genre' | 'pitch' | 'lose' | 'ends' | 'language'> | null;
  /** Null: the game was not played. */
  readonly play: PlayReport | null;
  /** The text of its page. */
  readonly page: string;
  /** The player's. */
  readonly language: Language;
}

const MOST = 3;
const FEWEST = 2;
/** Of the model's own beside something that a play has seen. */
const OWN_BESIDE = 2;
/** A shorter round is too hard to be fun. */
const SHORT_ROUND_MS = 4_000;
/** A game that is still not over then goes on by itself. */
const LONG_ROUND_MS = 15_000;

/** Something threatens the player all the time. */
const DANGEROUS: readonly Genre[] = ['action', 'shooter', 'runner', 'catch', 'race', 'defence'];
/** Kinds whose rounds end by themselves. */
const ENDING: readonly Genre[] = [...DANGEROUS, 'tap', 'rhythm'];
const ENDS = /game[\s_-]*over|ゲーム(?:オーバー|終了)|タイムアップ|time'?s? up|['"`]over['"`]/i;

interface Wish {
  readonly text: string;
  /** What it answers. */
  readonly of: Remedy;
}

/**
 * Two or three wishes that fit a game, as requests in the player's language: what a repair waits
 * for first, then the model's own specific ones with facts of its play, and ideas for its kind
 * where there are too few. Empty when nothing is known.
 */
export function fittingSuggestions(game: MadeGame): string[] {
  const own = distinct(game.own.map((text) => text.replace(/\s+/g, ' ').trim()).filter(Boolean));
  const specific = own.filter(isSpecific);
  const mending = mendingOf(game);
  const seen = mending.length > 0 ? [] : seenIn(game);
  const news = seen.filter(({ of }) => !specific.some((text) => SAME_REMEDY[of].test(text)));
  const answers = news.map(({ text }) => text);
  const kept = specific.slice(0, answers.length > 0 ? OWN_BESIDE : MOST);
  const fitting = distinct([...mending, ...kept, ...answers, ...specific]).slice(0, MOST);
  if (fitting.length >= FEWEST) return fitting;
  return distinct([...fitting, ...ideasOf(game), ...own]).slice(0, MOST);
}

const distinct = (texts: readonly string[]): string[] => [...new Set(texts)];

function ideasOf({ brief, language }: MadeGame): readonly string[] {
  return brief === null ? [] : ideasFor(brief.genre, language);
}

/** Its answer asks the player for it (J3). */
function mendingOf({ play, language }: MadeGame): string[] {
  return play?.verdict === 'broken' ? [remedy('mend', language)] : [];
}

/** What a play has seen of a game that plays, as wishes, what matters most first. */
function seenIn(game: MadeGame): Wish[] {
  const { play } = game;
  if (play?.verdict !== 'plays') return [];
  const has = (code: string): boolean => play.notes.some((note) => note.code === code);
  const remedies: readonly Remedy[] = [
    ...(has('keys-only') ? (['touch'] as const) : []),
    ...(play.seen ? lengthOf(play.seen, game) : []),
    ...(has('missing-file') ? (['files'] as const) : []),
  ];
  const wishes = remedies.map((of) => ({ of, text: textOf(of, game) }));
  return [...unmetIn(game), ...wishes].filter(
    ({ text }, at, all) => all.findIndex((other) => other.text === text) === at,
  );
}

/** The first check that was seen not kept, or that all that is not right be mended. */
function unmetIn({ play, brief, language }: MadeGame): Wish[] {
  const [check] = play ? unmetChecks(play).map(checkOf) : [];
  if (check === undefined && severeLooks(play?.judging).length === 0) return [];
  const text = check && brief?.language === language ? asRequest(check, language) : null;
  return [{ of: 'mend', text: text ?? remedy('mend', language) }];
}

/**
 * By what a play has reached: what a machine that plays badly did not reach is no proof,
 * nor how long it lasts where it is endless, for two, or of an unknown kind.
 */
function lengthOf(seen: PlaySeen, { brief, page }: MadeGame): Remedy[] {
  const ends = brief && endingIn(brief);
  if (brief === null || ends === 'endless' || ends === 'two') return [];
  const { isOver, isWon = false, afterMs, scoreMoved } = seen;
  const isDangerous = ends === 'lost' && DANGEROUS.includes(brief.genre);
  const hasReached = isWon || scoreMoved === true;
  if (isOver && afterMs <= SHORT_ROUND_MS) {
    if (!hasReached) return [];
    return [isDangerous && !isWon ? 'easier' : 'longer'];
  }
  const isLong = !isOver && afterMs >= LONG_ROUND_MS;
  if (!isLong || ends !== 'lost' || !ENDING.includes(brief.genre)) return [];
  if (!ENDS.test(page)) return ['ending'];
  return isDangerous && hasReached ? ['harder'] : [];
}

const endingIn = ({ ends, pitch, genre }: NonNullable<MadeGame['brief']>): Ending =>
  ends ?? endingOf(pitch, genre);

function textOf(of: Remedy, { brief, language }: MadeGame): string {
  const told = of === 'ending' && brief?.language === language && asEnding(brief.lose, language);
  return told || remedy(of, language);
}
