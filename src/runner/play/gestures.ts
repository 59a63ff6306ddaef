import { FRAME_MS } from '../../game-page/names.js';

/** A place on the screen, CSS pixels. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/**
 * What can be tapped and was not there before the last such tap; else the `n`-th element that can
 * be; the middle when there are fewer.
 */
export interface Target {
  readonly target: number;
}

export type Input =
  | { readonly type: 'down' | 'move'; readonly at: Place; readonly finger?: 1 }
  | { readonly type: 'up' }
  | { readonly type: 'tap'; readonly at: Place | Target; readonly isBrief?: true }
  | { readonly type: 'key'; readonly key: string };

/** A press is there in at least one frame of a game that asks for it in each (P1). */
export const PRESS_MS = 66;
/** A part of a play: the inputs, then what is left of its time; `look` = then it is looked at. */
export interface Beat {
  readonly inputs: readonly Input[];
  /** Of the game's time, that of the inputs included. */
  readonly forMs: number;
  readonly look?: boolean;
}

/** The game's time that an input takes. */
export function lastsMs(input: Input): number {
  if (input.type === 'move') return FRAME_MS;
  if (input.type === 'key' || (input.type === 'tap' && !input.isBrief)) return PRESS_MS;
  return 0;
}

export interface Screen {
  readonly width: number;
  readonly height: number;
}

/** The phone that every game is played on; places of inputs are places on it. */
export const PLAY_SCREEN: Screen = { width: 390, height: 844 };
/** A small phone, on which it is looked at as well. */
export const SMALL_SCREEN: Screen = { width: 360, height: 640 };
/** The phone of every play, turned on its side. */
export const TURNED_SCREEN: Screen = { width: 844, height: 390 };
export const MIDDLE: Place = { x: 195, y: 422 };
/** The same place on a screen of another size. */
export function placeOn({ width, height }: Screen, { x, y }: Place): Place {
  return {
    x: Math.round((x * width) / PLAY_SCREEN.width),
    y: Math.round((y * height) / PLAY_SCREEN.height),
  };
}

/** Until then a game is taken to be loading. */
export const LOADED_MS = 500;
/** What is wrong with a phase as a game leads there has shown by then, after that. */
export const LED_MS = 1_000;

const STEP_MS = 100;
/** Beats of a play before its first input. */
export const UNTOUCHED_BEATS = LOADED_MS / STEP_MS;
const wait = (steps: number): Beat[] =>
  Array.from({ length: steps }, () => ({ inputs: [], forMs: STEP_MS }));
const beat = (...inputs: Input[]): Beat => ({ inputs, forMs: STEP_MS });
const looked = (beats: readonly Beat[]): Beat[] =>
  beats.map((each, at) => (at === beats.length - 1 ? { ...each, look: true } : each));
const tap = (at: Place | Target): Input => ({ type: 'tap', at });
const alone = (input: Input): readonly Input[] => [input];
const briefTap = (at: Place): Input => ({ type: 'tap', at, isBrief: true });
const down = (x: number, y: number): Input => ({ type: 'down', at: { x, y } });
const second = (type: 'down' | 'move', x: number, y: number): Input => {
  return { type, at: { x, y }, finger: 1 };
};
const move = (x: number, y: number): Input => ({ type: 'move', at: { x, y } });
const up: Input = { type: 'up' };

/** Games are steered by holding and moving as well as by taps: a tap alone moves no ship. */
const HOLD: readonly Beat[] = [
  beat(down(195, 640)),
  beat(move(120, 650)),
  { ...beat(move(60, 640)), look: true },
  beat(move(180, 600)),
  beat(move(300, 620)),
  beat(move(340, 640), up),
];
/** The left thumb steers as with a stick, the right one acts meanwhile; then both draw apart. */
const THUMBS: readonly Beat[] = [
  beat(down(90, 680)),
  beat(move(130, 680)),
  beat(second('down', 310, 680), move(150, 650)),
  beat(move(130, 700), second('move', 310, 640)),
  beat(move(60, 740), second('move', 340, 560)),
  beat(move(40, 760), second('move', 350, 480), up),
];
/** One to each side, from where the thumb is. */
const SWIPES: readonly Beat[] = [
  [0, -180],
  [-120, 0],
  [0, 180],
  [120, 0],
].flatMap(([dx = 0, dy = 0]) => [
  beat(
    down(195, 480),
    move(195 + dx / 3, 480 + dy / 3),
    move(195 + (2 * dx) / 3, 480 + (2 * dy) / 3),
    move(195 + dx, 480 + dy),
    up,
  ),
  ...wait(1),
]);
/** Everywhere: a game that has no buttons may be a board. */
const GRID: readonly Place[] = [150, 300, 450, 600, 760].flatMap((y) =>
  [65, 195, 325].map((x) => ({ x, y })),
);
/** As close as the fields of a board: for games without any target. None is held. */
const [ROWS, COLUMNS] = [20, 9];
export const DENSE: readonly Place[] = Array.from({ length: ROWS }, (_, row) =>
  Array.from({ length: COLUMNS }, (__, column) => ({ x: 19 + column * 44, y: 18 + row * 42 })),
).flat();
const DENSE_TAPS: readonly Beat[] = GRID.map((_, at) =>
  beat(...DENSE.filter((__, each) => each % GRID.length === at).map(briefTap)),
);
const KEYS = ['ArrowLeft', 'ArrowRight', 'ArrowUp', ' ', 'Enter'];

const playOf = (taps: readonly Beat[]): readonly Beat[] => [
  ...looked(wait(UNTOUCHED_BEATS)),
  ...looked([beat(tap({ target: 0 }))]),
  ...looked(wait(8)),
  ...[0, 1, 2, 3].map((target) => beat(tap({ target }))),
  ...HOLD,
  ...THUMBS,
  ...looked(SWIPES),
  ...looked(taps),
  ...looked(KEYS.map((key) => beat({ type: 'key', key }))),
];

/** What a player does who meets the game for the first time. */
export const FIRST_PLAY = playOf(GRID.map((at) => beat(tap(at))));

/** The same in the same time, but with taps all over the screen. */
export const SEARCHING_PLAY = playOf(DENSE_TAPS);

/** Beats from here on are keys: what answers only to them cannot be played on a phone. */
export const FIRST_KEY_BEAT = FIRST_PLAY.length - KEYS.length;

/** The same time without inputs. */
export const NO_PLAY: readonly Beat[] = FIRST_PLAY.map((each) => ({ ...each, inputs: [] }));

/**
 * What is tried on a game that is over, one after the other: what can be tapped, all places where a
 * button may be drawn, and other ways to begin.
 */
export const RESTARTS: readonly (readonly Input[])[] = [
  ...[tap({ target: 0 }), tap(MIDDLE), ...[1, 2, 3].map((target) => tap({ target }))].map(alone),
  ...GRID.map(tap).map(alone),
  ...SWIPES.flatMap(({ inputs }) => (inputs.length > 0 ? [inputs] : [])),
  ...Array.from({ length: ROWS }, (_, row) =>
    DENSE.slice(row * COLUMNS, (row + 1) * COLUMNS).map(tap),
  ),
  HOLD.flatMap(({ inputs }) => inputs),
  ...['Enter', ' ', 'r'].map((key) => alone({ type: 'key', key })),
];

/**
 * A short play on a dense screen, all touches on one side: their places differ, as an answer that
 * depends on a place has to (P1). Multiplied by the density they would all lie beyond the screen.
 */
const onOneSide = (x: number): readonly Beat[] => [
  ...wait(UNTOUCHED_BEATS),
  beat(tap({ target: 0 })),
  ...wait(5),
  beat(down(x, 640)),
  beat(move(x + 15, 620)),
  ...looked([beat(move(x + 30, 600)), beat(move(x + 10, 540))]),
  beat(up),
  ...looked([760, 600, 450, 320].map((y) => beat(tap({ x, y })))),
];
export const LEFT_PLAY = onOneSide(140);
export const RIGHT_PLAY = onOneSide(300);

/** How long the game is behind another app once, and what is done when it is shown again. */
export const HIDDEN_MS = 3_000;
export const AFTER_HIDDEN: readonly Beat[] = [
  beat(tap({ target: 0 })),
  ...wait(2),
  beat(tap(MIDDLE)),
  ...HOLD.map(({ inputs, forMs }) => ({ inputs, forMs })),
  ...GRID.map((at) => beat(tap(at))),
  ...DENSE_TAPS,
];

/** All that may be answered anywhere: what can be tapped, holds, swipes, fields of a board. */
export const EVERYWHERE: readonly Beat[] = [
  ...[0, 1, 2, 3, 4, 5].map((target) => beat(tap({ target }))),
  ...AFTER_HIDDEN,
  ...SWIPES,
  ...wait(5),
];
