import type { TapeFacts, TapeInput } from '../../contracts/game/tape.js';
import { isTitle, toldIn } from '../../domain/playing/playing-state.js';
import { SAME_POINTS, type LivedRun } from '../../domain/playing/playing.js';
import type { Suspect } from '../../domain/playing/suspects.js';
import { FRAME_MS } from '../../game-page/names.js';
import { BEGUN_MS } from './answers.js';
import { DENSE, LED_MS, LOADED_MS, MIDDLE, type Place } from './gestures.js';
import { STEP_MS, stroke, type Stroke } from './moves.js';
import type { PlayedRun } from './run.js';
import { pointsApart } from './shots.js';
import type { TapeToRun } from './tape-run.js';

/** The same inputs by real touches, or at once by the page's own hands. */
export interface Hands {
  readonly real: (life: Suspect) => Promise<PlayedRun>;
  readonly own: (life: TapeToRun) => Promise<TapeFacts>;
}
type Run = Hands['real'];

/** Where two fingers rest: on both sides and in both halves, then where thumbs are. */
const FINGERS: readonly (readonly [Place, Place])[] = [
  [
    { x: 90, y: 200 },
    { x: 300, y: 640 },
  ],
  [
    { x: 90, y: 680 },
    { x: 310, y: 680 },
  ],
];
/** Taps and drags, short and long, from places all over the screen. */
const STROKES: readonly Stroke[] = [
  { x: 195, y: 422 },
  { x: 195, y: 640 },
  { x: 110, y: 300 },
  { x: 280, y: 520 },
].flatMap((from) =>
  [
    [0, 0],
    [0, -150],
    [0, 150],
    [-90, 0],
    [90, 0],
    [-60, 60],
    [50, -40],
  ].map(([dx = 0, dy = 0]) => [from, { x: from.x + dx, y: from.y + dy }] as const),
);
/** What is done from some moment on, and how long it lasts. */
type Touch = readonly [forMs: number, inputsAt: (atMs: number) => TapeInput[]];
const DRAG_MS = 5 * FRAME_MS;
const SHORT = 2;
const PAUSE_MS = 150;
const MIXED = 5;
const TAP_MS = 2 * FRAME_MS;
/** Drags towards the middle, from wherever a thing may be that has to be held. */
const HOLDS: readonly Stroke[] = DENSE.filter((_, at) => at % 4 === 0).map((from) => {
  return [
    from,
    { x: from.x + (from.x < MIDDLE.x ? 60 : -60), y: from.y + (from.y < MIDDLE.y ? 45 : -45) },
  ];
});
const PULL = 40;
const FRAMES = 4;
const REST_MS = 1_500;
/** All fingers rest when it is looked at, each time a multiple of this. */
const LOOKS_MS = 500;
const AFTER_LOOK_MS = 50;

/**
 * A life of a search once more, by real touches. A game is deaf when it goes as it does without
 * them, or to a second finger, locked when nothing is answered any more of what was answered after
 * its beginning, and over where its title never goes. Null: it answers to the page's own hands.
 */
export async function livedAgain(suspect: Suspect, hands: Hands): Promise<LivedRun | null> {
  const { why, begin } = suspect;
  const run = hands.real;
  const begunMs = (begin.at(-1)?.atMs ?? 0) + BEGUN_MS;
  if (why === 'twoFingers') return hearsTwo(suspect, afterLook(begunMs), run);
  if (why === 'fruitless') return isFruitless(suspect, begunMs, run);
  if (why === 'deafUntilEnd' || why === 'deafSince') return isDeafUntilEnd(suspect, hands);
  const lived = await run(suspect);
  const seen = { ...lived, why, isDeaf: false };
  // An end that looks like the title is an end.
  if (why === 'backAtTitle') {
    const isBack = lived.states.every((state) => isTitle(toldIn(state)));
    return { ...seen, overAtMs: isBack ? lived.endedAtMs : null };
  }
  if (suspect.phase !== undefined && !isBrokenLater(lived)) return { ...seen, thrown: [] };
  if (why === 'deaf' || why === 'unbegun')
    return { ...seen, isDeaf: isSame(lived, await run(untouched(suspect))) };
  if (why !== 'locked' || lived.restart !== 'stuck') return seen;
  const { restart } = await run({ ...suspect, inputs: begin, forMs: begunMs });
  return restart === 'stuck' ? { ...seen, restart: 'notTried' } : seen;
}

/**
 * The same, cut into the same bits of time, which animations of the page go by: a finger that is
 * not down is lifted.
 */
const untouched = ({ inputs, begin, ...of }: Suspect): Suspect => {
  const rest = inputs.slice(begin.length);
  const none = rest.map(({ atMs }): TapeInput => ({ type: 'up', atMs, finger: 0 }));
  return { ...of, begin, inputs: [...begin, ...none] };
};

/**
 * Whether a game that was led to a phase goes wrong there for good: not at once, and it stands
 * still since, or throws more than once.
 */
function isBrokenLater({ thrown, movedUntilMs }: PlayedRun): boolean {
  const [{ atMs } = { atMs: 0 }] = thrown;
  return atMs > LOADED_MS + LED_MS && (thrown.length > 1 || movedUntilMs <= atMs + STEP_MS);
}

const afterLook = (atMs: number): number => LOOKS_MS * Math.ceil(atMs / LOOKS_MS) + AFTER_LOOK_MS;

/** Whether taps and drags in all places bring nothing that is there when the finger is not. */
async function isFruitless(suspect: Suspect, begunMs: number, run: Run): Promise<LivedRun> {
  const { begin, why } = suspect;
  const fromMs = afterLook(begunMs + REST_MS);
  const touches = STROKES.flatMap((way, at) => touch(0, way, fromMs + at * LOOKS_MS));
  const forMs = fromMs + (STROKES.length + 1) * LOOKS_MS;
  const none = await run({ ...suspect, inputs: begin, forMs });
  const lived = await run({ ...suspect, inputs: [...begin, ...touches], forMs });
  return { ...lived, why, isDeaf: isSame(lived, none) };
}

/**
 * Whether a game that ends by itself goes on as untouched under drags and taps everywhere: by the
 * page's own hands, and under a few of them by real ones, as some games answer to those alone.
 */
async function isDeafUntilEnd(suspect: Suspect, { real, own }: Hands): Promise<LivedRun | null> {
  const { begin, forMs, why } = suspect;
  const fromMs = (begin.at(-1)?.atMs ?? 0) + PAUSE_MS;
  const drags = [...STROKES, ...HOLDS].map((way): Touch => [
    DRAG_MS,
    (at) => touch(0, way, at, SHORT),
  ]);
  const taps = DENSE.map((at): Touch => [TAP_MS, (atMs) => brief(at, atMs)]);
  const withTouches = (inputs: readonly TapeInput[]): Suspect => {
    return { ...suspect, inputs: [...begin, ...inputs] };
  };
  const tried = [...inLives(drags, fromMs, forMs), ...inLives(taps, fromMs, forMs)];
  const [some = []] = inLives(mixed(drags, taps), fromMs, forMs);
  const alone = await own(untouched(suspect));
  if (!isSameLife(await own(suspect), alone)) return null;
  const none = await real(untouched(suspect));
  for (const touched of [suspect, withTouches(some)]) {
    const lived = await real(touched);
    if (isSame(lived, none)) continue;
    if (touched === suspect || !isSame(lived, await real(untouched(touched))))
      return { ...lived, why, isDeaf: false };
  }
  for (const touched of tried.map(withTouches)) {
    const facts = await own(touched);
    if (isSameLife(facts, alone)) continue;
    if (!isSameLife(facts, await own(untouched(touched)))) return null;
  }
  return { ...none, why, isDeaf: true };
}

/** Of each as many as a life may have room for, from all over the screen. */
const mixed = (drags: readonly Touch[], taps: readonly Touch[]): Touch[] =>
  drags
    .filter((_, at) => at % MIXED === 0)
    .flatMap((drag, at) => [drag, ...taps.filter((__, each) => each % (MIXED * MIXED) === at)]);

const isSameLife = (one: TapeFacts, other: TapeFacts): boolean =>
  one.names.length === other.names.length &&
  one.names.every((name, at) => name === other.names[at]);

/** One after the other, in as many lives as that takes. */
function inLives(touches: readonly Touch[], fromMs: number, untilMs: number): TapeInput[][] {
  const lives: TapeInput[][] = [];
  let atMs = Infinity;
  for (const [forMs, inputsAt] of touches) {
    if (atMs + forMs > untilMs) {
      lives.push([]);
      atMs = fromMs;
    }
    lives.at(-1)?.push(...inputsAt(atMs));
    atMs += forMs;
  }
  return lives;
}

/**
 * Whether the game answers to a second finger beside a first one, in all places where it answers to
 * each alone, and otherwise than to the other.
 */
async function hearsTwo(suspect: Suspect, fromMs: number, run: Run): Promise<LivedRun> {
  const { begin, why } = suspect;
  const withTouches = (touches: readonly TapeInput[]): Promise<PlayedRun> => {
    const inputs = [...begin, ...touches].toSorted((one, other) => one.atMs - other.atMs);
    return run({ ...suspect, inputs, forMs: fromMs + REST_MS });
  };
  const none = await withTouches([]);
  const heard: boolean[] = [];
  for (const [one, other] of FINGERS) {
    const first = pull(0, one, fromMs);
    const second = pull(1, other, fromMs + FRAME_MS);
    const [left, right] = [await withTouches(first), await withTouches(second)];
    if (isSame(left, none) || isSame(right, none) || isSame(left, right)) continue;
    heard.push(!isSame(left, await withTouches([...first, ...second])));
  }
  return { ...none, why, isDeaf: heard.length > 0 && !heard.includes(true) };
}

/** A tap, or a drag where the finger is lifted elsewhere. */
function touch(finger: 0 | 1, way: Stroke, fromMs: number, frames = FRAMES): TapeInput[] {
  const [from, to] = way;
  const isTap = from.x === to.x && from.y === to.y;
  const inputs = stroke(finger, way, { fromMs, frames });
  return isTap ? inputs.filter(({ type }) => type !== 'move') : inputs;
}

const brief = (at: Place, atMs: number): TapeInput[] => [
  { type: 'down', atMs, finger: 0, ...at },
  { type: 'up', atMs: atMs + FRAME_MS, finger: 0 },
];

/** A finger goes there and stays, as with a stick. */
function pull(finger: 0 | 1, from: Place, fromMs: number): TapeInput[] {
  const to = { x: from.x + PULL, y: from.y - PULL };
  return stroke(finger, [from, to], { fromMs, frames: FRAMES }).slice(0, -1);
}

function isSame(one: PlayedRun, other: PlayedRun): boolean {
  return (
    one.states.join('\n') === other.states.join('\n') &&
    one.shots.length === other.shots.length &&
    one.shots.every((shot, at) => pointsApart(shot, other.shots[at] ?? shot) < SAME_POINTS)
  );
}
