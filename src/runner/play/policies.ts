import type { TapeInput } from '../../contracts/game/tape.js';
import type { Chance } from '../../game-page/chance.js';
import { FRAME_MS } from '../../game-page/names.js';
import { MIDDLE, PRESS_MS } from './gestures.js';
import {
  anywhere,
  distance,
  draw,
  EDGE,
  pick,
  pickKind,
  STEP_MS,
  tap,
  upTo,
  type Named,
  type Step,
  type View,
} from './moves.js';
import { Helm, safest } from './steering.js';

/** One way to play for a while; a finger that is still down in the end is lifted then. */
export type Policy = (view: View) => Step;

type Way = readonly [x: number, y: number];
/** Where a thumb rests. */
const LOW_Y = 680;
const DIRECTIONS: readonly [Way, ...Way[]] = [
  [0, -1],
  [1, 0],
  [0, 1],
  [-1, 0],
  [0.6, -0.8],
  [-0.6, -0.8],
];

/** Every policy is made anew for the time that it plays: what it prefers then is chance. */
export const POLICIES = {
  /** Taps at what is there, as fast as it has chosen; or at what has just come, when it comes. */
  things(chance) {
    const forMs = pick(chance, [100, 200, 300, 500]);
    const share = chance();
    const isNewOnly = chance() < 0.4;
    let before: readonly Named[] = [];
    return (view) => {
      const all = [...view.things, ...view.targets];
      const come = all.filter((each) => !before.some((other) => isSame(each, other)));
      before = all;
      if (isNewOnly)
        return tap(view, pick(chance, come) ?? pickKind(chance, all) ?? anywhere(chance), STEP_MS);
      const pool = chance() < share ? view.targets : all;
      return tap(view, pickKind(chance, pool) ?? anywhere(chance), forMs);
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
      const to = chance() < share ? pickKind(chance, others) : undefined;
      return tap(view, to ?? anywhere(chance), forMs);
    };
  },
  /** Taps at two things of the same name, one such pair after the other. */
  alike(chance) {
    const forMs = pick(chance, [500, 1_000]);
    let [at, next]: [number, Named | undefined] = [Math.floor(99 * chance()), undefined];
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
      const from = chance() < middle ? MIDDLE : (pickKind(chance, view.things) ?? anywhere(chance));
      const [dx, dy] = pick(chance, DIRECTIONS);
      const way = { x: from.x + dx * length, y: from.y + dy * length };
      const to = (chance() < share ? pickKind(chance, view.things) : undefined) ?? way;
      const restMs = pick(chance, [100, 100, 300, 900]);
      const inputs = draw(view, from, to, frames);
      return { inputs, forMs: upTo(STEP_MS, (frames + 2) * FRAME_MS) + restMs };
    };
  },
  /** Steers towards things of one kind, or to below them. */
  follow(chance) {
    const isBelow = chance() < 0.5;
    const helm = new Helm();
    let name: string | undefined;
    return (view) =>
      helm.step(view, ({ me, others }) => {
        name ??= pickKind(chance, others)?.name;
        const [near] = others
          .filter((each) => each.name === name)
          .toSorted((one, other) => distance(one, me) - distance(other, me));
        if (near === undefined) name = undefined;
        return near ? { x: near.x, y: isBelow ? me.y : near.y } : me;
      });
  },
  /** Steers to where least comes near. */
  avoid(chance) {
    const isFlat = chance() < 0.3;
    const home = { x: MIDDLE.x, y: pick(chance, [500, 640, 720]) };
    const helm = new Helm();
    return (view) => helm.step(view, (scene) => safest(scene, home, isFlat));
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

const isSame = (one: Named, other: Named): boolean =>
  one.name === other.name && distance(one, other) <= EDGE;
