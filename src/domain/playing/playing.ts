import type {
  PlayFinding,
  PlayPhase,
  PlayReport,
  PlaySeen,
  StopCode,
} from '../../contracts/game/play.js';
import { isHarmless, messageOf, type Thrown } from './harmless.js';
import { declaredIn } from './playing-state.js';
import { deafFinding, findingOf, lockedFinding, type DeafIn } from './playing-words.js';
import type { Suspect } from './suspects.js';

/** Raised whenever the player may find something else in the same game (J4). */
export const PLAYER_VERSION = 20;

/** The number of a round's play among those of its job; the play of a parent comes after all. */
export const playOfRound = (round: number): number => round + 1;

/** Fewer points of a screen than this that are not of one colour: nothing was drawn. */
export const BLANK_POINTS = 200;
/** Images of a canvas by which it is known. */
const STAGES = 3;
/** Fewer points than this that differ are a cursor, or the edge of a letter. */
export const SAME_POINTS = 30;
/** Below this agreement of two untouched runs the effect of a touch cannot be measured. */
const STEADY_SHARE = 0.6;
/** A game that is over so soon, whatever is done, cannot be played. */
const INSTANT_MS = 1_000;
/** The same after the touch that began it. */
const INSTANT_AFTER_TOUCH_MS = 600;
const SCROLL_POINTS = 4;
/** What browsers refuse to pages without telling anything about the game: sound, full screen. */
const REFUSED = new RegExp(
  '^(NotAllowed|Abort|NotSupported|InvalidState|WrongDocument|Unknown)Error\\b' +
    '|full ?screen|permissions check',
  'i',
);

/** What was seen in one run of a game. */
export interface Run extends SeenRun {
  /** States that the game declared after each beat, as one text each. */
  readonly states: readonly string[];
  /** What became of a game that was over. */
  readonly restart: 'notTried' | 'restarted' | 'stuck';
  /** Index of the first state and image after which only keys were pressed. */
  readonly keysFrom: { state: number; image: number };
}

/** The same of any run, also a short one. */
export interface SeenRun {
  readonly thrown: readonly Thrown[];
  readonly violations: readonly { when: PlayPhase; directive: string; blocked: string }[];
  readonly missing: readonly string[];
  /** One of the page's tasks did not end, the page died, or it outgrew its box. */
  readonly stopped: { code: StopCode; when: PlayPhase; what: string } | null;
  /** A moment after which something in it has changed, the last such, in the game's time. */
  readonly movedUntilMs: number;
  /** Points of each image, or of the canvas on it, that are not of its most common colour. */
  readonly inks: readonly number[];
  /** The same of the canvas alone, for images in which little lies over it. */
  readonly stageInks: readonly number[];
  /** Furthest that the page was moved out of its place. */
  readonly scrolled: number;
  readonly overAtMs: number | null;
  /** When it was left, in the game's time. */
  readonly endedAtMs: number;
  /** The game waited for a first touch, and when that came; null = it did not wait. */
  readonly waitedUntilMs: number | null;
}

/**
 * Two runs without a touch, the same one twice where that {@link isSettled}, and one with; for each
 * image how many points differ.
 */
export interface Play {
  readonly untouched: readonly [Run, Run];
  readonly touched: Run;
  /** Between the two untouched runs. */
  readonly drift: readonly number[];
  /** Between the first untouched one and the touched one. */
  readonly change: readonly number[];
  readonly elsewhere: Elsewhere;
}

/** A life of a search in which something was wrong, done once more by real touches (P3). */
export type LivedRun = SeenRun &
  Pick<Run, 'restart'> &
  Pick<Suspect, 'why'> & {
    /** It goes as it does without touches, once it has begun. */ isDeaf: boolean;
  };

/** Short touched runs on a dense screen, one of which was hidden once (P1). */
export interface Elsewhere {
  readonly runs: readonly SeenRun[];
  /** In what it answers to no touch, although it does otherwise. */
  readonly deaf: readonly DeafIn[];
}

export interface Judgement {
  readonly hard: readonly PlayFinding[];
  readonly notes: readonly PlayFinding[];
}

/** Findings of a play (J2). A hard finding counts when another play has it too. */
export function judgePlay(play: Play): Judgement {
  const runs = [...play.untouched, play.touched, ...play.elsewhere.runs];
  const reaction = reactionOf(play);
  const answers = reaction === 'touch';
  const { hard: exceptions, notes: harmless } = exceptionsOf(runs, play.touched, answers);
  const instantDeath = instantDeathOf(play);
  const isStill = runs.some(({ stopped }) => stopped !== null);
  const isDeaf = reaction === 'none' && !isStill;
  const blank = isStill ? [] : blankOf(runs);
  const hard = [
    ...exceptions,
    ...stoppedIn(runs),
    ...violationsOf(runs),
    ...blank,
    ...scrollsOf(runs),
    ...instantDeath,
    // What answers to nothing, or is over at once, cannot be begun again either.
    // Where nothing is to be seen there is nothing to touch.
    ...(isDeaf && blank.length === 0 ? [findingOf('deaf', 'touched')] : []),
    ...(answers && !isStill ? play.elsewhere.deaf.map(deafFinding) : []),
    ...(isDeaf || instantDeath.length > 0 ? [] : deadEndOf([play.touched])),
  ];
  const notes = [
    ...harmless,
    ...missingOf(runs),
    ...refusedIn(runs),
    ...(reaction === 'keys' ? [findingOf('keys-only', 'touched')] : []),
    ...(reaction === 'unknown' ? [findingOf('unsteady', 'untouched')] : []),
  ];
  return { hard, notes };
}

/**
 * Whether a second run without a touch can change no finding: the game has no fault, answers to
 * touches, and did the same in both runs until the first touch, that is for `beats` states and an
 * image.
 */
export function isSettled(play: Play, beats: number): boolean {
  const before = play.untouched[0].states.slice(0, beats);
  const isSteady = before.every((state, at) => state === play.touched.states[at]);
  const isAlike = isSteady && (play.change[0] ?? SAME_POINTS) < SAME_POINTS;
  return isAlike && reactionOf(play) === 'touch' && judgePlay(play).hard.length === 0;
}

/** What lives have met in a game that is well by its first runs, which have these notes (P3). */
export function judgeLives(lived: readonly LivedRun[], known: readonly PlayFinding[]): Judgement {
  const has = (code: PlayFinding['code']): boolean => known.some((note) => note.code === code);
  const reaction = has('keys-only') ? 'keys' : has('unsteady') ? 'unknown' : 'touch';
  const { hard: exceptions, notes: harmless } = exceptionsOf(lived, null, reaction === 'touch');
  const isSoonOver = lived.some(
    ({ why, overAtMs }) => (why === 'soonOver' || why === 'backAtTitle') && overAtMs !== null,
  );
  const isStill = lived.some(({ stopped }) => stopped !== null);
  const hard = [
    ...exceptions,
    ...stoppedIn(lived),
    ...violationsOf(lived),
    ...scrollsOf(lived),
    ...(isStill ? [] : deafIn(lived, reaction).map(deafFinding)),
    ...(isSoonOver ? [findingOf('instant-death', 'touched')] : deadEndOf(lived)),
  ];
  return { hard, notes: [...harmless, ...missingOf(lived)].filter(({ code }) => !has(code)) };
}

/** The hard findings that both plays have: one that is not found again counts for nothing. */
export function foundTwice(
  first: readonly PlayFinding[],
  second: readonly PlayFinding[],
): PlayFinding[] {
  return first.filter((finding) => second.some((other) => isSameFinding(finding, other)));
}

const TOLD_APART: ReadonlySet<string> = new Set(['exception', 'unmet', 'deaf', 'lost']);

/** Which wall stops a page that takes all it can depends on which it reaches first. */
const STOPS: ReadonlySet<string> = new Set(['freeze', 'memory', 'disk']);

/** Of these, findings are compared by their text too, of others by their code. */
export function isSameFinding(one: PlayFinding, other: PlayFinding): boolean {
  if (STOPS.has(one.code)) return STOPS.has(other.code);
  return (
    other.code === one.code &&
    (!TOLD_APART.has(one.code) || other.evidence.split('\n')[0] === one.evidence.split('\n')[0])
  );
}

/** Facts of the touched run besides faults. */
export function seenIn({
  states,
  overAtMs,
  endedAtMs,
}: Pick<Run, 'states' | 'overAtMs' | 'endedAtMs'>): PlaySeen {
  const scores = states.flatMap((state) => declaredIn(state)['score'] ?? []);
  return {
    isOver: overAtMs !== null,
    afterMs: Math.round(overAtMs ?? endedAtMs),
    scoreMoved: scores.length === 0 ? null : new Set(scores).size > 1,
  };
}

/** Two plays of which these are equal find the same (P0). */
export const playOf = (gameTree: string): Pick<PlayReport, 'gameTree' | 'seed' | 'player'> => ({
  gameTree,
  seed: seedOf(gameTree),
  player: PLAYER_VERSION,
});

/** A page that asks for what a play cannot give is never broken (J4). */
export function reportOf(
  hard: readonly PlayFinding[],
  notes: readonly PlayFinding[],
  { needs, gameTree, seen }: { needs: readonly string[]; gameTree: string; seen?: PlaySeen },
): PlayReport {
  const base = { ...playOf(gameTree), notes: [...notes], ...(seen && { seen }) };
  if (needs.length > 0)
    return { ...base, verdict: 'unplayed', findings: [], reason: `it needs ${needs.join(', ')}` };
  const verdict = hard.length > 0 ? 'broken' : 'plays';
  return { ...base, verdict, findings: [...hard], reason: '' };
}

function exceptionsOf(
  runs: readonly SeenRun[],
  touched: SeenRun | null,
  answers: boolean,
): { hard: PlayFinding[]; notes: PlayFinding[] } {
  const hard = new Map<string, PlayFinding>();
  const notes = new Map<string, PlayFinding>();
  const kindOf = (each: Thrown) => {
    if (each.isRejection && REFUSED.test(each.text)) return [notes, 'rejection'] as const;
    return isHarmless(messageOf(each), runs, { touched, answers })
      ? ([notes, 'exception-once'] as const)
      : ([hard, 'exception'] as const);
  };
  for (const each of runs.flatMap(({ thrown }) => thrown)) {
    const { when, text } = each;
    const [found, code] = kindOf(each);
    const message = messageOf(each);
    if (!found.has(message) && found.size < 5) found.set(message, findingOf(code, when, text));
  }
  return { hard: [...hard.values()], notes: [...notes.values()] };
}

function stoppedIn(runs: readonly SeenRun[]): PlayFinding[] {
  const { stopped } = runs.find((run) => run.stopped !== null) ?? { stopped: null };
  return stopped === null ? [] : [findingOf(stopped.code, stopped.when, stopped.what)];
}

/** The one of which a note is enough: a phone plays the game all the same, without that sound. */
const AUTOPLAY = 'autoplay';

function refusedIn(runs: readonly SeenRun[]): PlayFinding[] {
  const sound = runs.flatMap(({ violations }) => violations).find(isOfSound);
  return sound ? [findingOf('rejection', sound.when, sound.blocked)] : [];
}

const isOfSound = ({ directive }: { directive: string }): boolean => directive === AUTOPLAY;

function violationsOf(runs: readonly SeenRun[]): PlayFinding[] {
  const all = runs.flatMap(({ violations }) => violations).filter((each) => !isOfSound(each));
  const [first] = all;
  if (!first) return [];
  const told = new Set(all.map(({ directive, blocked }) => `${directive}: ${blocked}`));
  return [findingOf('csp', first.when, [...told].slice(0, 4).join('; '))];
}

function blankOf(runs: readonly SeenRun[]): PlayFinding[] {
  // What lies over a canvas at times, such as a title, is no evidence about it.
  const stages = runs.flatMap(({ stageInks }) => stageInks);
  const inks = stages.length >= STAGES ? stages : runs.flatMap((run) => run.inks);
  const isBlank = inks.length > 0 && inks.every((ink) => ink < BLANK_POINTS);
  return isBlank ? [findingOf('blank', 'loading')] : [];
}

function scrollsOf(runs: readonly SeenRun[]): PlayFinding[] {
  const furthest = Math.max(...runs.map(({ scrolled }) => scrolled));
  return furthest > SCROLL_POINTS ? [findingOf('scrolls', 'touched', `${furthest} px`)] : [];
}

function instantDeathOf({ untouched: [first], touched }: Play): PlayFinding[] {
  const isSoon = (run: SeenRun, limitMs: number): boolean =>
    run.overAtMs !== null && run.overAtMs <= limitMs;
  const { waitedUntilMs } = touched;
  const isDeadAtOnce = isSoon(first, INSTANT_MS) && isSoon(touched, INSTANT_MS);
  const isDeadAtTouch =
    waitedUntilMs !== null && isSoon(touched, waitedUntilMs + INSTANT_AFTER_TOUCH_MS);
  return isDeadAtOnce || isDeadAtTouch
    ? [findingOf('instant-death', isDeadAtOnce ? 'untouched' : 'touched')]
    : [];
}

function deadEndOf(runs: readonly (Run | LivedRun)[]): PlayFinding[] {
  const stuck = runs.filter(({ restart }) => restart === 'stuck');
  const isLocked = stuck.every((run) => 'why' in run && run.why === 'locked');
  return stuck.length > 0 ? [isLocked ? lockedFinding() : findingOf('dead-end', 'touched')] : [];
}

/** Keys alone may begin a game that no phone can. */
function deafIn(lived: readonly LivedRun[], reaction: Reaction): DeafIn[] {
  const deaf = lived.filter(({ isDeaf }) => isDeaf).map(({ why }) => why);
  if (reaction !== 'touch') return reaction === 'keys' && deaf.includes('unbegun') ? ['play'] : [];
  return [
    ...(deaf.some((why) => why === 'deaf' || why === 'deafUntilEnd') ? ['play' as const] : []),
    ...(deaf.includes('deafSince') ? ['since then' as const] : []),
    ...(deaf.includes('fruitless') ? ['nothing lasts' as const] : []),
    ...(deaf.includes('twoFingers') ? ['two fingers' as const] : []),
  ];
}

/** To what the game has answered; `unknown`: it does something else each time by itself. */
function reactionOf({ untouched, touched, drift, change }: Play): Reaction {
  const [first, second] = untouched;
  const { keysFrom } = touched;
  const steady = (at: number): boolean => first.states[at] === second.states[at];
  const states = touched.states.flatMap((state, at) =>
    at < first.states.length && steady(at) && state !== first.states[at] ? [at] : [],
  );
  const images = change.flatMap((points, at) =>
    (drift[at] ?? 0) < SAME_POINTS && points >= SAME_POINTS ? [at] : [],
  );
  if (states.some((at) => at < keysFrom.state) || images.some((at) => at < keysFrom.image))
    return 'touch';
  if (states.length + images.length > 0) return 'keys';
  // An image may be of another moment; a game that moves by itself differs in most of them.
  const steadyStates = first.states.filter((_, at) => steady(at)).length;
  const steadyImages = drift.filter((points) => points < SAME_POINTS).length;
  const isSteady =
    steadyStates >= STEADY_SHARE * first.states.length &&
    steadyImages >= STEADY_SHARE * drift.length;
  return isSteady ? 'none' : 'unknown';
}

type Reaction = 'touch' | 'keys' | 'none' | 'unknown';

function missingOf(runs: readonly SeenRun[]): PlayFinding[] {
  const files = [...new Set(runs.flatMap(({ missing }) => missing))].slice(0, 5);
  return files.length === 0 ? [] : [findingOf('missing-file', 'loading', files.join(', '))];
}

/** The seed of a game's plays: always the same one (P0). */
export const seedOf = (gameTree: string): number => Number.parseInt(gameTree.slice(0, 8), 16);
