import { MOMENT_MS, type TapeFacts, type TapeInput } from '../../contracts/game/tape.js';
import { phaseKind } from './playing-state.js';

export interface Life {
  readonly inputs: readonly TapeInput[];
  /** The first of them, by which it began. */
  readonly begin: readonly TapeInput[];
  readonly forMs: number;
  readonly facts: TapeFacts;
}
/** What is done once more by real touches, and what may be wrong with it. */
export interface Suspect extends Pick<Life, 'inputs' | 'begin' | 'forMs'> {
  readonly why:
    | 'stopped'
    | 'stuck'
    | 'soonOver'
    | 'locked'
    | 'deaf'
    | 'deafUntilEnd'
    | 'deafSince'
    | 'backAtTitle'
    | 'unbegun'
    | 'fruitless'
    | 'twoFingers';
  /** Chance of the game that it is done in; left out: its own. */
  readonly seed?: number;
  /** The game is led there first. */
  readonly phase?: string;
}

/** Each is a run by real touches. */
const MOST = 2;
/** Words about an end stand for this time before they count. */
const STANDING_MS = 2_500;
/** A life that freezes ends before the inputs, and the time, in which it does. */
export const STOPPING_MS = 4_000;
/** A game that can be played is not over so soon after its beginning in each of these lives. */
export const SOON = { moments: 15, lives: 4 } as const;
/** How long a search has tried to leave an end, in moments. */
const TRIED = 30;
/** A game that stands still for so long, under so many touches and drags, may answer to none. */
export const LOCKED = { moments: 40, touches: 8, moves: 1 } as const;
/** In so many lives with so many touches a game that hears any has answered to one. */
export const DEAF = { lives: 2, touches: 10, ms: 15_000 } as const;
/** The same of a game that ends sooner, all lives together; what is left of it before its end. */
const BRIEF = { touches: 12, ms: 1_500, lastMs: 200 } as const;
/** Moments until what a touch has brought is there, and those in which it has to be looked for. */
const REST = { after: 2, moments: 30 } as const;
/** Words of a game that is played by two fingers at once. */
const TWO_FINGERS = new RegExp(
  '\\b(?:two|both|each) (?:thumb|finger|hand)s?\\b|\\bone (?:thumb|finger|hand) (?:each|per)\\b|' +
    '\\b(?:left (?:thumb|finger|hand)\\b.*\\bright|right (?:thumb|finger|hand)\\b.*\\bleft) ' +
    '(?:thumb|finger|hand)\\b|両手|両(?:方の)?(?:親指|おやゆび|指|ゆび)|[二２]本の?(?:指|ゆび)|' +
    '左の?(?:手|親指|おやゆび).*右の?(?:手|親指|おやゆび)',
  'iu',
);

/**
 * Lives of a search in which something seems to be wrong: what a search has seen by hands of the
 * page's own is no finding before real touches have met it, too (P3). One for each exception or
 * freeze, and one more: the game answers to no touch, its end comes at once or was not left any
 * more, or it stands still for good before it.
 */
export function suspectsIn(lives: readonly Life[]): Suspect[] {
  const stops = new Map<string, Suspect>();
  for (const { facts, ...life } of lives)
    if (facts.stopped !== null && !stops.has(facts.stopped))
      stops.set(facts.stopped, suspectOf(life, life.forMs + STOPPING_MS, 'stopped'));
  const going = goingOn(lives);
  const [other] = [...deafIn(going), ...endingIn(lives, going), ...going.flatMap(lockIn)];
  return [
    ...[...stops.values()].slice(0, MOST),
    ...(other ? [other] : []),
    ...twoFingersIn(lives).slice(0, 1),
  ];
}

/** Lives that went on, even from an exception that each has met: its beginning throws it. */
function goingOn(lives: readonly Life[]): readonly Life[] {
  const [first] = new Set(lives.map(({ facts }) => facts.stopped));
  const isOfAll = lives.length > 1 && lives.every(({ facts }) => facts.stopped === first);
  return isOfAll ? lives : lives.filter(({ facts }) => facts.stopped === null);
}

/** A game that asks for two fingers may hear one alone. */
function twoFingersIn(lives: readonly Life[]): Suspect[] {
  return lives
    .filter(({ facts }) => TWO_FINGERS.test(facts.words.join(' ')))
    .map(({ begin }) => ({ inputs: [], begin, forMs: 0, why: 'twoFingers' }));
}

/** A life up to that time. */
function suspectOf(
  { inputs, begin }: Pick<Life, 'inputs' | 'begin'>,
  forMs: number,
  why: Suspect['why'],
): Suspect {
  return { inputs: inputs.filter(({ atMs }) => atMs <= forMs), begin, forMs, why };
}

/**
 * The life with most touches of a game that goes as it goes without any, once it was begun, or that
 * answers while a finger is down, and then is as if there had been none.
 */
function deafIn(lives: readonly Life[]): Suspect[] {
  const alone = lives.find((life) => before(life, endMsOf(life)).length <= life.begin.length);
  if (alone === undefined) return [];
  const endMs = endMsOf(alone);
  const phase = alone.facts.phases.findLast(([at]) => at * MOMENT_MS < endMs)?.[1] ?? 'title';
  const until = (names: readonly number[]): readonly number[] => names.slice(0, endMs / MOMENT_MS);
  const names = until(alone.facts.names);
  const played = lives.filter((life) => life !== alone);
  const isDeaf = played.every(({ facts }) => isSame(until(facts.names), names));
  if (endMs < DEAF.ms) return isDeaf && isPlaying(phase) ? deafUntilEnd(alone, played, endMs) : [];
  const why = isDeaf ? (isPlaying(phase) ? 'deaf' : 'unbegun') : 'fruitless';
  const [most] = played.toSorted((one, other) => touchesIn(other) - touchesIn(one));
  if (most === undefined || played.length < DEAF.lives) return [];
  if (why === 'fruitless' && !(isPlaying(phase) && isFruitless(played, names))) return [];
  const forMs = Math.min(most.forMs, DEAF.ms);
  const suspect = suspectOf({ ...most, begin: alone.begin }, forMs, why);
  return touchesIn(suspect) - touchesIn(alone) >= DEAF.touches ? [suspect] : [];
}

/** The same of a game that ends by itself: by what was touched before that. */
function deafUntilEnd(alone: Life, played: readonly Life[], endMs: number): Suspect[] {
  const { begin } = alone;
  const cut = played.map((life) => ({ ...life, begin, inputs: before(life, endMs) }));
  const [most] = cut.toSorted((one, other) => touchesIn(other) - touchesIn(one));
  const touches = cut.reduce(
    (sum, life) => sum + touchesIn(life) - touchesIn({ inputs: begin }),
    0,
  );
  const leftMs = endMs - BRIEF.lastMs - (begin.at(-1)?.atMs ?? 0);
  const isEnough = cut.length >= DEAF.lives && touches >= BRIEF.touches && leftMs >= BRIEF.ms;
  return most && isEnough ? [suspectOf(most, endMs - BRIEF.lastMs, 'deafUntilEnd')] : [];
}

const endMsOf = ({ facts }: Life): number =>
  (facts.phases[endOf(facts)]?.[0] ?? Infinity) * MOMENT_MS;

const before = ({ inputs }: Life, untilMs: number): readonly TapeInput[] =>
  inputs.filter(({ atMs }) => atMs < untilMs);

/** Whether all that touches have brought is gone with them. */
function isFruitless(lives: readonly Life[], names: readonly number[]): boolean {
  const rests = lives.map((life) => {
    const at = restsIn(life);
    const own = at.map((moment) => life.facts.names[moment] ?? 0);
    return { own, alone: at.map((moment) => names[moment] ?? names.at(-1) ?? 0) };
  });
  const count = rests.reduce((sum, { own }) => sum + own.length, 0);
  return count >= REST.moments && rests.every(({ own, alone }) => isSame(own, alone));
}

/** Moments of a life, after its beginning, in which no finger has been down for a while. */
function restsIn({ inputs, begin, facts }: Life): number[] {
  const touched = new Set<number>();
  const down = new Set<number>();
  let fromMs = 0;
  for (const input of [...inputs, { type: 'end' as const, atMs: facts.moments * MOMENT_MS }]) {
    const first = Math.floor(fromMs / MOMENT_MS);
    const last = Math.ceil(input.atMs / MOMENT_MS);
    if (down.size > 0) for (let at = first; at <= last + REST.after; at += 1) touched.add(at);
    fromMs = input.atMs;
    if (input.type === 'down') down.add(input.finger);
    if (input.type === 'up') down.delete(input.finger);
  }
  const begun = Math.ceil((begin.at(-1)?.atMs ?? 0) / MOMENT_MS) + SOON.moments;
  return facts.names.flatMap((_, at) => (at > begun && !touched.has(at) ? [at] : []));
}

export const isPlaying = (phase = 'title'): boolean =>
  phaseKind(phase) === 'playing' && !/^pause/i.test(phase);

export const touchesIn = ({ inputs }: Pick<Life, 'inputs'>): number =>
  inputs.filter(({ type }) => type === 'down').length;

function isSame(one: readonly number[], other: readonly number[]): boolean {
  // One that was left when it stood still would have stood on.
  return one.every((name, at) => name === (other[at] ?? other.at(-1)));
}

/** Games whose end comes at once, or is one that no life has left: the longest such end. */
export function endingIn(all: readonly Life[], lives: readonly Life[]): Suspect[] {
  const isSoonOver = all.length >= SOON.lives && all.every(isOverSoon);
  const why = isSoonOver ? 'soonOver' : 'stuck';
  const left = lives.filter(({ facts }) => isLeft(facts)).map(({ facts }) => endNameOf(facts));
  const ended = isSoonOver ? all : lives.filter(({ facts }) => !left.includes(endNameOf(facts)));
  return ended
    .flatMap((life) => {
      const [at] = life.facts.phases[endOf(life.facts)] ?? [];
      return at === undefined ? [] : { life, at, forMoments: life.facts.moments - at };
    })
    .filter(({ forMoments }) => isSoonOver || forMoments >= TRIED)
    .toSorted((one, other) => other.forMoments - one.forMoments)
    .map(({ life, at }) => suspectOf(life, at * MOMENT_MS, why))
    .map((suspect) => ({ ...suspect, forMs: suspect.forMs + STANDING_MS }));
}

export const endOf = ({ phases }: TapeFacts): number =>
  phases.findIndex(([, phase]) => phaseKind(phase) === 'ended');

const endNameOf = (facts: TapeFacts): string | undefined => facts.phases[endOf(facts)]?.[1];

export function isLeft(facts: TapeFacts): boolean {
  const after = facts.phases.slice(Math.max(0, endOf(facts)));
  return after.some(([, phase]) => phaseKind(phase) !== 'ended');
}

/**
 * Whether it plays as soon as it was begun, and never for long before it is over, or shows its
 * title again.
 */
function isOverSoon({ begin, facts: { phases, moments, score } }: Life): boolean {
  const playing = phases.flatMap(([from, phase], at) =>
    phaseKind(phase) === 'playing' ? [{ from, until: phases[at + 1]?.[0] ?? moments }] : [],
  );
  const [first] = playing;
  const begunAt = (begin.at(-1)?.atMs ?? 0) / MOMENT_MS;
  const isBegun = first !== undefined && first.from <= begunAt + SOON.moments;
  const isShort = playing.every(({ from, until }) => until - from <= SOON.moments);
  return isBegun && isShort && (score === null || score.most === score.first);
}

/** The moment from which on nothing has changed any more. */
export const stillFrom = ({ names }: TapeFacts): number =>
  names.findLastIndex((name) => name !== names.at(-1)) + 1;

/** A life in which everything stands still from some moment on, whatever is touched. */
export function lockIn(life: Life): Suspect[] {
  const { names, phases } = life.facts;
  const last = stillFrom(life.facts);
  const isLong = names.length - last >= LOCKED.moments;
  if (!isLong || last === 0 || !isPlaying(phases.at(-1)?.[1])) return [];
  const fromMs = last * MOMENT_MS;
  const count = (what: TapeInput['type']): number =>
    life.inputs.filter(({ type, atMs }) => type === what && atMs > fromMs).length;
  const isTouched = count('down') >= LOCKED.touches && count('move') >= LOCKED.moves;
  const suspect = suspectOf(life, fromMs + MOMENT_MS, 'locked');
  const isAnswered = suspect.inputs.length > life.begin.length;
  return isTouched && isAnswered ? [suspect] : [];
}
