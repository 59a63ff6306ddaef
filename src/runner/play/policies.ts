import type { TapeInput } from '../../contracts/game/tape.js';
import type { Chance } from '../../game-page/chance.js';
import { FRAME_MS } from '../../game-page/names.js';
import { MIDDLE, PLAY_SCREEN, PRESS_MS, type Place } from './gestures.js';

/** Something on the screen; `name`: what it is, for things of one kind the same. */
export interface Named extends Place {
  readonly name?: string | undefined;
}

/** What a policy decides by. Times are of the game. */
export interface View {
  readonly nowMs: number;
  /** What is drawn or moves. */
  readonly things: readonly Named[];
  /** What can be tapped, and the words on a canvas. */
  readonly targets: readonly Named[];
}

/** What is done in the next moments, and how long they last. */
export interface Step {
  readonly inputs: readonly TapeInput[];
  readonly forMs: number;
}

/** One way to play for a while; a finger that is still down in the end is lifted then. */
export type Policy = (view: View) => Step;

type Some<T> = readonly [T, ...T[]];

const STEP_MS = 100;
/** How far a finger goes in one step that keeps away, and how near an edge of the screen. */
const FINGER_STEP = 90;
const EDGE = 24;
/** Where a thumb rests. */
const LOW_Y = 680;
const DIRECTIONS: Some<readonly [x: number, y: number]> = [
  [0, -1],
  [1, 0],
  [0, 1],
  [-1, 0],
  [0.6, -0.8],
  [-0.6, -0.8],
];

/** One of them; the last when there is none. */
export function pick<T>(chance: Chance, from: Some<T>): T;
export function pick<T>(chance: Chance, from: readonly T[]): T | undefined;
export function pick<T>(chance: Chance, from: readonly T[]): T | undefined {
  return from[Math.floor(chance() * from.length)];
}

/** A tap, and what is left of the time. */
export function tap({ nowMs }: View, { x, y, name: on }: Named, forMs: number): Step {
  const at = { finger: 0 as const, x: Math.round(x), y: Math.round(y) };
  const down: TapeInput = { type: 'down', atMs: nowMs, ...at, ...(on !== undefined && { on }) };
  return { inputs: [down, { type: 'up', atMs: nowMs + PRESS_MS, finger: 0 }], forMs };
}

/** A finger goes from one place to another, a move for each frame. */
function draw({ nowMs }: View, from: Place, to: Place, frames: number): TapeInput[] {
  const at = (share: number): Place => ({
    x: within(from.x + (to.x - from.x) * share, PLAY_SCREEN.width),
    y: within(from.y + (to.y - from.y) * share, PLAY_SCREEN.height),
  });
  const moves = Array.from({ length: frames }, (_, frame): TapeInput => {
    const atMs = nowMs + (frame + 1) * FRAME_MS;
    return { type: 'move', atMs, finger: 0, ...at((frame + 1) / frames) };
  });
  const endMs = nowMs + (frames + 2) * FRAME_MS;
  return [
    { type: 'down', atMs: nowMs, finger: 0, ...at(0) },
    ...moves,
    { type: 'up', atMs: endMs, finger: 0 },
  ];
}

const within = (value: number, size: number): number =>
  Math.round(Math.max(EDGE, Math.min(size - EDGE, value)));
const anywhere = (chance: Chance): Place => ({
  x: within(chance() * PLAY_SCREEN.width, PLAY_SCREEN.width),
  y: within(chance() * PLAY_SCREEN.height, PLAY_SCREEN.height),
});
const distance = (one: Place, other: Place): number => Math.hypot(one.x - other.x, one.y - other.y);

/** Every policy is made anew for the time that it plays: what it prefers then is chance. */
export const POLICIES = {
  /** Taps at what is there, as fast as it has chosen. */
  things(chance) {
    const forMs = pick(chance, [100, 200, 300, 500]);
    const share = chance();
    return (view) => {
      const pool = chance() < share ? view.targets : [...view.things, ...view.targets];
      return tap(view, pick(chance, pool) ?? anywhere(chance), forMs);
    };
  },
  /** Taps at one thing and then at another: what is chosen, and where it goes. */
  pairs(chance) {
    const forMs = pick(chance, [200, 400, 700]);
    const share = chance();
    let chosen: Named | undefined;
    return (view) => {
      const pool = view.targets.length > 0 ? view.targets : view.things;
      const from = chosen;
      if (from === undefined) return tap(view, (chosen = pick(chance, pool) ?? MIDDLE), 200);
      chosen = undefined;
      const others = [...view.things, ...view.targets].filter(
        (each) => distance(each, from) > EDGE,
      );
      const to = chance() < share ? pick(chance, others) : undefined;
      return tap(view, to ?? anywhere(chance), forMs);
    };
  },
  /** Taps at two things of the same name, one such pair after the other. */
  alike(chance) {
    const forMs = pick(chance, [500, 1_000]);
    let [at, next]: [number, Named | undefined] = [0, undefined];
    return (view) => {
      const second = next;
      next = undefined;
      if (second !== undefined) return tap(view, second, forMs);
      const pool = view.targets.length > 1 ? view.targets : view.things;
      const pairs = pool.flatMap((one, index) => {
        const other = pool.slice(index + 1).find((each) => each.name === one.name);
        return other && one.name !== undefined ? [[one, other] as const] : [];
      });
      const pair = pairs[at % Math.max(1, pairs.length)];
      at += 1;
      next = pair?.[1];
      return tap(view, pair?.[0] ?? pick(chance, pool) ?? anywhere(chance), 200);
    };
  },
  /** Taps at one place, at times that vary. */
  place(chance) {
    const at = pick(chance, [MIDDLE, { x: 90, y: 640 }, { x: 300, y: 640 }]);
    const mostMs = pick(chance, [400, 700, 1_200]);
    return (view) => tap(view, at, 100 * Math.ceil(2 + (chance() * mostMs) / 100));
  },
  /** Short and long, fast and slow, from a thing or from the middle, to a side or to a thing. */
  swipes(chance) {
    const length = pick(chance, [60, 160, 280]);
    const frames = pick(chance, [4, 4, 10]);
    const share = pick(chance, [0, 0, 0.7]);
    const middle = pick(chance, [0.2, 0.8]);
    return (view) => {
      const from = chance() < middle ? MIDDLE : (pick(chance, view.things) ?? anywhere(chance));
      const [dx, dy] = pick(chance, DIRECTIONS);
      const way = { x: from.x + dx * length, y: from.y + dy * length };
      const to = (chance() < share ? pick(chance, view.things) : undefined) ?? way;
      const restMs = pick(chance, [100, 100, 300, 900]);
      const inputs = draw(view, from, to, frames);
      return { inputs, forMs: upTo(STEP_MS, (frames + 2) * FRAME_MS) + restMs };
    };
  },
  /** Keeps a finger at a thing, or below it. */
  follow(chance) {
    const isBelow = chance() < 0.5;
    let name: string | undefined;
    let at: Place | null = null;
    return (view) => {
      name ??= pick(chance, view.things)?.name;
      const here = at ?? { ...MIDDLE, y: LOW_Y };
      const [near] = view.things
        .filter((each) => each.name === name)
        .toSorted((one, other) => distance(one, here) - distance(other, here));
      if (near === undefined) name = undefined;
      const to = near ? { x: near.x, y: isBelow ? LOW_Y : near.y } : here;
      const inputs = [reach(view, at, to)];
      at = to;
      return { inputs, forMs: STEP_MS };
    };
  },
  /** Keeps a finger where least is near. */
  avoid(chance) {
    const isFlat = chance() < 0.5;
    let at: Place | null = null;
    return (view) => {
      const here = at ?? { ...MIDDLE, y: LOW_Y };
      const ways = [-1, 0, 1].flatMap((dx) =>
        (isFlat ? [0] : [-1, 0, 1]).map((dy) => ({
          x: within(here.x + dx * FINGER_STEP, PLAY_SCREEN.width),
          y: within(here.y + dy * FINGER_STEP, PLAY_SCREEN.height),
        })),
      );
      // What is under the finger may be what it moves.
      const others = view.things.filter((each) => distance(each, here) > EDGE);
      const room = (way: Place): number => Math.min(...others.map((each) => distance(each, way)));
      const to = ways.reduce((best, way) => (room(way) > room(best) ? way : best));
      const inputs = [reach(view, at, to)];
      at = to;
      return { inputs, forMs: STEP_MS };
    };
  },
  /** Rests a finger on one side and then on another, or on both. */
  hold(chance) {
    const mostMs = pick(chance, [300, 700, 1_500]);
    const y = pick(chance, [LOW_Y, MIDDLE.y]);
    return ({ nowMs }) => {
      const sides = pick(chance, [[80], [310], [80], [310], [80, 310]]);
      const heldMs = upTo(STEP_MS, PRESS_MS + chance() * mostMs);
      const fingers = sides.map((x, at) => ({ x, finger: at === 0 ? (0 as const) : (1 as const) }));
      return {
        inputs: [
          ...fingers.map(({ x, finger }): TapeInput => {
            return { type: 'down', atMs: nowMs, finger, x, y };
          }),
          ...fingers.map(({ finger }): TapeInput => {
            return { type: 'up', atMs: nowMs + heldMs, finger };
          }),
        ],
        forMs: heldMs + pick(chance, [STEP_MS, STEP_MS, 3 * STEP_MS]),
      };
    };
  },
} satisfies Record<string, (chance: Chance) => Policy>;
export type PolicyName = keyof typeof POLICIES;

/** Moves the finger that is there, or puts one down. */
function reach({ nowMs: atMs }: View, at: Place | null, to: Place): TapeInput {
  const place = { x: Math.round(to.x), y: Math.round(to.y) };
  return { type: at === null ? 'down' : 'move', atMs, finger: 0, ...place };
}

const upTo = (step: number, value: number): number => Math.ceil(value / step) * step;
