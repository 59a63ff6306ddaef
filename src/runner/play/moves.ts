import type { TapeInput } from '../../contracts/game/tape.js';
import type { Chance } from '../../game-page/chance.js';
import { FRAME_MS } from '../../game-page/names.js';
import { PLAY_SCREEN, PRESS_MS, type Place } from './gestures.js';

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

type Some<T> = readonly [T, ...T[]];

export const STEP_MS = 100;
/** How near an edge of the screen a finger goes; what is nearer to another thing is there. */
export const EDGE = 24;

/** One of them; the last when there is none. */
export function pick<T>(chance: Chance, from: Some<T>): T;
export function pick<T>(chance: Chance, from: readonly T[]): T | undefined;
export function pick<T>(chance: Chance, from: readonly T[]): T | undefined {
  return from[Math.floor(chance() * from.length)];
}

/** One of a kind that is as likely as any other: of what there is most not most is chosen. */
export function pickKind(chance: Chance, from: readonly Named[]): Named | undefined {
  const kinds = [...new Set(from.map(({ name }) => name))];
  const at = Math.floor(chance() * kinds.length);
  return pick(
    chance,
    from.filter(({ name }) => name === kinds[at]),
  );
}

/** A tap, and what is left of the time. */
export function tap(
  { nowMs }: Pick<View, 'nowMs'>,
  { x, y, name: on }: Named,
  forMs: number,
): Step {
  const at = { finger: 0 as const, x: Math.round(x), y: Math.round(y) };
  const down: TapeInput = { type: 'down', atMs: nowMs, ...at, ...(on !== undefined && { on }) };
  return { inputs: [down, { type: 'up', atMs: nowMs + PRESS_MS, finger: 0 }], forMs };
}

/** Where a finger comes down, and where it is lifted. */
export type Stroke = readonly [from: Place, to: Place];

const rounded = ({ x, y }: Place): Place => ({ x: Math.round(x), y: Math.round(y) });

/**
 * A finger goes from one place to another, a move for each frame; the last input lifts it.
 * `placed`: where it is for a place on the way.
 */
export function stroke(
  finger: 0 | 1,
  [from, to]: Stroke,
  { fromMs, frames }: { readonly fromMs: number; readonly frames: number },
  placed: (place: Place) => Place = rounded,
): TapeInput[] {
  const at = (frame: number): Place => {
    const share = frame / frames;
    return placed({ x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share });
  };
  const atMs = (frame: number): number => fromMs + frame * FRAME_MS;
  const moves = Array.from({ length: frames }, (_, before): TapeInput => {
    const frame = before + 1;
    return { type: 'move', atMs: atMs(frame), finger, ...at(frame) };
  });
  return [
    { type: 'down', atMs: atMs(0), finger, ...at(0) },
    ...moves,
    { type: 'up', atMs: atMs(frames + 2), finger },
  ];
}

/** The same on the screen alone, by the first finger. */
export function draw({ nowMs }: View, from: Place, to: Place, frames: number): TapeInput[] {
  return stroke(0, [from, to], { fromMs: nowMs, frames }, onScreen);
}

const within = (value: number, size: number): number =>
  Math.round(Math.max(EDGE, Math.min(size - EDGE, value)));
export const onScreen = ({ x, y }: Place): Place => {
  return { x: within(x, PLAY_SCREEN.width), y: within(y, PLAY_SCREEN.height) };
};
export const anywhere = (chance: Chance): Place =>
  onScreen({ x: chance() * PLAY_SCREEN.width, y: chance() * PLAY_SCREEN.height });
export const distance = (one: Place, other: Place): number =>
  Math.hypot(one.x - other.x, one.y - other.y);
export const upTo = (step: number, value: number): number => Math.ceil(value / step) * step;
