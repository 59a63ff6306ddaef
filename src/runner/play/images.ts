import type { PlayResult } from '../../contracts/game/play.js';
import { BLANK_POINTS, SAME_POINTS } from '../../domain/playing/playing.js';
import { screenshotsOf } from './screenshot.js';
import { contactSheet, SCREEN } from './sheet.js';
import { inkOf, pointsApart, resized, type Shot } from './shots.js';

/**
 * What was seen of a game, and when: left alone, touched, over, or left alone for long after it was
 * touched.
 */
export interface Moment {
  readonly shot: Shot;
  readonly doing: PlayResult['moments'][number]['doing'];
  /** The hero was hit just before: it flashes or blinks. */
  readonly isHurt?: boolean | undefined;
}
/** What an earlier play has shown: its moments are small, the screenshot is of one of them. */
export interface Shown {
  readonly moments: readonly Moment[];
  readonly screen: string | null;
  readonly card: string | null;
}
/** The same moment of a game before a change and after it. */
export type Pair = readonly [before: Shot, after: Shot];

interface SeenMoments {
  readonly moments: readonly Moment[];
  readonly pairs?: readonly Pair[];
  /** Comes before `moments`; null = nothing. */
  readonly shown?: Shown | null;
}

const MOST_SCREENS = 10;
const MOST_IDLE = 3;
const MOST_PAIRS = 2;
/** First moments of a touched game that are its beginning. */
const BEGINNING = 3;

/**
 * What a play has seen as a sheet for a judge, of the moments that differ most, and as a screenshot
 * for lists, of the most eventful one. Moments stand in the order of time.
 */
export async function imagesOf(
  { moments, pairs = [], shown = null }: SeenMoments,
  seenFrom: string | undefined,
) {
  const shrunk = <T extends { shot: Shot }>(all: readonly T[]): Promise<T[]> =>
    Promise.all(
      all.map(async (each) => ({ ...each, shot: await resized(each.shot, SCREEN, seenFrom) })),
    );
  const now = await shrunk(moments);
  const small = [...(shown?.moments ?? []), ...now];
  const kept = await shrunk(
    pairs.slice(0, MOST_PAIRS).flatMap(([before, after]) => [
      { shot: before, label: 'BEFORE' },
      { shot: after, label: 'AFTER' },
    ]),
  );
  const screens = mostDifferent(small, MOST_SCREENS - kept.length);
  // The library draws it on threads of its own while the screenshot is chosen.
  const labelled = screens.map(({ shot, doing }) => ({ shot, label: doing }));
  const sheet = contactSheet(labelled, kept, seenFrom);
  sheet.catch(() => undefined);
  const eventful = mostEventful(small);
  const whole = eventful && moments[now.indexOf(eventful)];
  const { screen, card } = whole
    ? await screenshotsOf(whole.shot, besides(moments, whole), seenFrom)
    : { screen: shown?.screen ?? null, card: shown?.card ?? null };
  return { sheet: await sheet, screen, card, screens };
}

/** What a game in play has shown just before a moment, else just after it. */
function besides(moments: readonly Moment[], moment: Moment): Shot | null {
  const at = moments.indexOf(moment);
  const isAlike = (each?: Moment): boolean => each?.doing === moment.doing;
  return [moments[at - 1], moments[at + 1]].find(isAlike)?.shot ?? null;
}

/** Each is the furthest from all that were chosen before; none shows what another one shows. */
export function mostDifferent(moments: readonly Moment[], most: number): Moment[] {
  const apart = moments.map(() => Infinity);
  const chosen = new Set<Moment>();
  while (chosen.size < most) {
    const idle = [...chosen].filter(({ doing }) => doing === 'IDLE').length;
    const open = apart.map((points, at) =>
      moments[at]?.doing === 'IDLE' && idle === MOST_IDLE ? 0 : points,
    );
    const furthest = Math.max(...open);
    const next = moments[open.indexOf(furthest)];
    if (next === undefined || furthest < SAME_POINTS) break;
    chosen.add(next);
    for (const [at, { shot }] of moments.entries()) {
      const points = apart[at] ?? 0;
      // What shows the same as a chosen one goes on doing so.
      if (points >= SAME_POINTS) apart[at] = Math.min(points, pointsApart(shot, next.shot));
    }
  }
  return moments.filter((moment) => chosen.has(moment));
}

/**
 * The moment of play that is furthest from all that a game shows at first, when it is left alone,
 * and at last; where it does not move, of what is drawn most. One in which the hero was just hit is
 * taken where there is no other. Null when nothing shows anything.
 */
export function mostEventful(moments: readonly Moment[]): Moment | null {
  const drawn = moments.filter(({ shot }) => inkOf(shot) >= BLANK_POINTS);
  const played = drawn.filter(({ doing }) => doing === 'PLAY');
  const later = played.slice(BEGINNING);
  const known = drawn.filter((moment) => !later.includes(moment));
  const news = ({ shot }: Moment): number =>
    Math.min(...known.map((other) => pointsApart(shot, other.shot)));
  const whole = later.filter(({ isHurt }) => isHurt !== true);
  const furthest = firstOfMost(whole.length > 0 ? whole : later, news);
  if (furthest && news(furthest) >= SAME_POINTS) return furthest;
  const shown = [whole, later, played].find(({ length }) => length > 0) ?? drawn;
  return firstOfMost(shown, ({ shot }) => inkOf(shot));
}

function firstOfMost(
  moments: readonly Moment[],
  countOf: (moment: Moment) => number,
): Moment | null {
  const counts = moments.map(countOf);
  return moments[counts.indexOf(Math.max(...counts))] ?? null;
}
