import {
  MOMENT_MS,
  type Answer,
  type TapeFacts,
  type TapeInput,
} from '../../contracts/game/tape.js';
import { effectsOf } from '../../domain/playing/effects.js';
import { FRAME_MS } from '../../game-page/names.js';
import { MIDDLE, PLAY_SCREEN, PRESS_MS, type Place } from './gestures.js';
import type { TapeToRun } from './tape-run.js';

/** Something that a player can do, from the moment in which it begins. */
export interface Control {
  /** What a game is asked for; an element by its name. */
  readonly name: string;
  readonly inputs: readonly TapeInput[];
}

/** So long after the last touch that has begun it a game is taken to go on. */
export const BEGUN_MS = 900;
/** An answer comes until then. */
const ANSWER_MS = 500;
/** The longest life, from then on. */
const LIFE_MS = 8_000;
const HOLD_MS = 400;
const KEY_MS = 200;
const MAX_ELEMENTS = 8;
const THUMB_Y = 640;
const KEYS = ['ArrowLeft', 'ArrowRight', 'ArrowUp', ' ', 'Enter'];
const MIDDLE_X = PLAY_SCREEN.width / 2;
const LEFT_X = 90;
const RIGHT_X = PLAY_SCREEN.width - LEFT_X;
/** Places of a finger one after the other: pairs of coordinates. */
type Way = readonly (readonly [x: number, y: number])[];
const SWIPES = { up: [0, -180], left: [-120, 0], down: [0, 180], right: [120, 0] } as const;

/** All that a player can try on a screen with these elements. */
export function controlsOf(targets: readonly (Place & { name?: string | undefined })[]): Control[] {
  const elements = targets
    .filter(({ name }, at) => name && at === targets.findIndex((each) => each.name === name))
    .slice(0, MAX_ELEMENTS);
  const one = (name: string, way: Way, moves: number, restMs: number): Control => {
    return { name, inputs: stroke(way, moves, restMs) };
  };
  return [
    one('tap middle', [[MIDDLE.x, MIDDLE.y]], 0, PRESS_MS),
    one('tap left', [[LEFT_X, MIDDLE.y]], 0, PRESS_MS),
    one('tap right', [[RIGHT_X, MIDDLE.y]], 0, PRESS_MS),
    one('hold left', [[LEFT_X, THUMB_Y]], 0, HOLD_MS),
    one('hold right', [[RIGHT_X, THUMB_Y]], 0, HOLD_MS),
    one(
      'drag',
      [
        [MIDDLE_X, THUMB_Y],
        [LEFT_X, THUMB_Y],
        [RIGHT_X, THUMB_Y],
      ],
      6,
      FRAME_MS,
    ),
    ...Object.entries(SWIPES).map(([name, [dx, dy]]) =>
      one(
        `swipe ${name}`,
        [
          [MIDDLE_X, 480],
          [MIDDLE_X + dx, 480 + dy],
        ],
        3,
        0,
      ),
    ),
    one(
      'left stick',
      [
        [LEFT_X, 680],
        [150, 650],
      ],
      2,
      HOLD_MS,
    ),
    { name: 'two fingers', inputs: apart() },
    ...KEYS.map((key) => ({ name: `key ${key === ' ' ? 'Space' : key}`, inputs: keyPress(key) })),
    ...elements.map(({ name: on = '', x, y }) => ({ name: on, inputs: press({ x, y }, on) })),
  ];
}

/**
 * Whether a game answers to each control, and by what: in a life that `begin` begins something is
 * otherwise than in the same without it, within half a second. Plays are functions of their inputs,
 * so nothing else can be the reason. Where none has answered, the next life tries twice as many.
 * `run` gets lives of two lanes at a time.
 */
export async function answersOf(
  run: (life: TapeToRun, lane: 0 | 1) => Promise<TapeFacts>,
  begin: readonly TapeInput[],
  controls: readonly Control[],
): Promise<Record<string, Answer>> {
  const fromMs = Math.max(0, ...begin.map(({ atMs }) => atMs)) + BEGUN_MS;
  const without = await run({ inputs: begin, forMs: fromMs + LIFE_MS }, 0);
  const untilMs = quietUntilMs(without, fromMs);
  const answers = new Map<string, Answer>();
  const inLane = async (lane: 0 | 1): Promise<void> => {
    let waiting = controls.filter((_, at) => at % 2 === lane);
    for (let count = 1; waiting.length > 0;) {
      const slots = slotsOf(waiting.slice(0, count), fromMs, untilMs);
      const inputs = [...begin, ...slots.flatMap((slot) => slot.inputs)];
      const life = await run({ inputs, forMs: slots.at(-1)?.endMs ?? 0 }, lane);
      const answered = slots.findIndex(({ endMs }) => isOther(life.names, without.names, endMs));
      const tried = slots.slice(0, answered + 1 || slots.length);
      for (const [at, { name, endMs }] of tried.entries())
        answers.set(name, at === answered && effectsOf(without, life, endMs / MOMENT_MS));
      waiting = waiting.slice(tried.length);
      count = answered < 0 ? 2 * count : 1;
    }
  };
  await Promise.all([inLane(0), inLane(1)]);
  return Object.fromEntries(controls.map(({ name }) => [name, answers.get(name) ?? false]));
}

/** A game that is over, or at its next phase, by itself answers to other controls then. */
function quietUntilMs({ moments, phases }: TapeFacts, fromMs: number): number {
  const [next = moments - 1] = phases.map(([at]) => at).filter((at) => at * MOMENT_MS > fromMs);
  return next * MOMENT_MS;
}

interface Slot extends Control {
  /** An answer to it has come by then. */
  readonly endMs: number;
}

/** One control after the other in one life; one at least. */
function slotsOf(controls: readonly Control[], fromMs: number, untilMs: number): Slot[] {
  const slots: Slot[] = [];
  let atMs = fromMs;
  for (const { name, inputs } of controls) {
    const endMs = atMs + (inputs.at(-1)?.atMs ?? 0) + ANSWER_MS;
    if (slots.length > 0 && endMs > untilMs) break;
    const beginMs = atMs;
    const later = inputs.map((each) => ({ ...each, atMs: beginMs + each.atMs }));
    slots.push({ name, inputs: later, endMs });
    atMs = endMs;
  }
  return slots;
}

/** One that ends early has ended by what was done. */
function isOther(names: readonly number[], without: readonly number[], untilMs: number): boolean {
  const moments = Math.floor(untilMs / MOMENT_MS) + 1;
  return without.slice(0, moments).some((name, at) => name !== names[at]);
}

/** A finger goes from each place to the next, in that many moves, a frame each, and rests there. */
function stroke(way: Way, moves: number, restMs: number): TapeInput[] {
  const placeAt = (share: number): Place => {
    const on = share * (way.length - 1);
    const [from, to] = [way[Math.floor(on)], way[Math.ceil(on)]];
    const between = (axis: 0 | 1): number =>
      Math.round((from?.[axis] ?? 0) + (on % 1) * ((to?.[axis] ?? 0) - (from?.[axis] ?? 0)));
    return { x: between(0), y: between(1) };
  };
  const later = Array.from({ length: moves }, (_, at) => at + 1).map((move): TapeInput => {
    return { type: 'move', atMs: move * FRAME_MS, finger: 0, ...placeAt(move / moves) };
  });
  const upMs = moves * FRAME_MS + restMs;
  const down: TapeInput = { type: 'down', atMs: 0, finger: 0, ...placeAt(0) };
  return [down, ...later, { type: 'up', atMs: upMs, finger: 0 }];
}

function press({ x, y }: Place, on: string): TapeInput[] {
  return stroke([[x, y]], 0, PRESS_MS).map((each) =>
    each.type === 'down' ? { ...each, on } : each,
  );
}

/** Two fingers draw apart. */
function apart(): TapeInput[] {
  const one = stroke(
    [
      [150, 460],
      [60, 560],
    ],
    3,
    FRAME_MS,
  );
  const other = stroke(
    [
      [240, 400],
      [330, 300],
    ],
    3,
    FRAME_MS,
  );
  return one.flatMap((each, at) => [each, { ...(other[at] ?? each), finger: 1 as const }]);
}

function keyPress(key: string): TapeInput[] {
  return [
    { type: 'keyDown', atMs: 0, key },
    { type: 'keyUp', atMs: KEY_MS, key },
  ];
}
