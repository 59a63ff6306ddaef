import type { TapeInput } from '../../contracts/game/tape.js';
import { FRAME_MS } from '../../game-page/names.js';
import { MIDDLE, type Place } from './gestures.js';
import { distance, EDGE, onScreen, STEP_MS, type Named, type Step, type View } from './moves.js';

/** Something that moves by so much in a step. */
interface Moving extends Named {
  readonly dx: number;
  readonly dy: number;
}
/** What is steered, and all else. */
export interface Scene {
  readonly me: Place;
  readonly others: readonly Moving[];
}

/** Where a thumb rests. */
const REST: Place = { ...MIDDLE, y: 640 };
/** So far a finger goes to find out what it moves, and back. */
const PROBE = 60;
/** What has gone less has not been moved by that, points of the screen. */
const MOVED = 8;
/** A thing is drawn as so few of one kind. */
const FEW = 3;
/** What was further away in the step before was another one. */
const STRIDE = 80;
/** Stars and sparks: what is drawn so small does no harm. */
const DUST = 5;

/**
 * A finger that steers a thing, wherever the finger itself is: at first it finds out what goes as
 * it goes, and how far. Where nothing does, the place of the finger is what it steers.
 */
export class Helm {
  private finger: Place | null = null;
  /** Kinds of what goes with it, that which goes furthest first. */
  private own: readonly string[] = [];
  private me: Place = REST;
  /** How far it goes for a finger that goes one point. */
  private gain = 1;
  private readonly before: ReadonlyMap<string, Group>[] = [];
  private last: readonly Named[] = [];

  /** The finger's next step, towards what `goalOf` chooses. */
  step(view: View, goalOf: (scene: Scene) => Place): Step {
    const { finger } = this;
    const others = this.othersIn(view.things);
    this.last = view.things;
    if (finger === null) return this.go(view, REST);
    if (this.before.length < 3) {
      this.before.push(groupsOf(view.things));
      if (this.before.length < 3)
        return this.go(view, { ...REST, x: REST.x + (this.before.length === 1 ? PROBE : 0) });
      this.findOwn();
    }
    const [first] = this.own;
    const own = first === undefined ? finger : groupsOf(view.things).get(first);
    this.me = own ? { x: own.x, y: own.y } : this.me;
    const { me, gain } = this;
    const goal = goalOf({ me, others: others.filter((each) => !this.isOwn(each)) });
    return this.go(view, {
      x: finger.x + (goal.x - me.x) / gain,
      y: finger.y + (goal.y - me.y) / gain,
    });
  }

  /** A finger that cannot go on takes hold anew, where what it steers is not under it. */
  private go({ nowMs: atMs }: View, to: Place): Step {
    const { finger } = this;
    const place = onScreen(to);
    this.finger = place;
    const forMs = STEP_MS;
    if (finger === null) return { inputs: [{ type: 'down', atMs, finger: 0, ...place }], forMs };
    const isAtEdge = distance(place, to) > EDGE && distance(place, finger) < EDGE;
    const isApart = this.own.length > 0 && distance(this.me, finger) > EDGE;
    if (!isAtEdge || !isApart)
      return { inputs: [{ type: 'move', atMs, finger: 0, ...place }], forMs };
    this.finger = REST;
    const anew: TapeInput = { type: 'down', atMs: atMs + FRAME_MS, finger: 0, ...REST };
    return { inputs: [{ type: 'up', atMs, finger: 0 }, anew], forMs };
  }

  private findOwn(): void {
    const [first, there, back] = this.before;
    const own = [...(first ?? [])].flatMap(([name, { x, count }]) => {
      const [one, other] = [there?.get(name), back?.get(name)];
      if (count > FEW || one?.count !== count || other?.count !== count) return [];
      const far = Math.min(one.x - x, one.x - other.x);
      return far > MOVED ? [{ name, far }] : [];
    });
    const [most, ...rest] = own.toSorted((one, other) => other.far - one.far);
    if (most === undefined) return;
    this.own = [most, ...rest].map(({ name }) => name);
    this.gain = Math.max(0.4, Math.min(3, most.far / PROBE));
  }

  /** Where nothing is known to be steered, what is under the finger may be it. */
  private isOwn({ name = '', x, y }: Named): boolean {
    return this.own.length > 0 ? this.own.includes(name) : distance(this.me, { x, y }) <= EDGE;
  }

  private othersIn(things: readonly Named[]): Moving[] {
    return things.filter(isLarge).map((each) => {
      const { x, y, name } = each;
      const [near] = this.last
        .filter((other) => other.name === name && distance(other, each) < STRIDE)
        .toSorted((one, other) => distance(one, each) - distance(other, each));
      return { x, y, name, dx: near ? x - near.x : 0, dy: near ? y - near.y : 0 };
    });
  }
}

interface Group extends Place {
  readonly count: number;
}

/** Where things of each kind are on the average. */
function groupsOf(things: readonly Named[]): Map<string, Group> {
  const groups = new Map<string, Group>();
  for (const { name = '', x, y } of things) {
    const { count, ...sum } = groups.get(name) ?? { count: 0, x: 0, y: 0 };
    const share = 1 / (count + 1);
    groups.set(name, {
      count: count + 1,
      x: sum.x + (x - sum.x) * share,
      y: sum.y + (y - sum.y) * share,
    });
  }
  return groups;
}

const isLarge = ({ name = '' }: Named): boolean =>
  Number(/^drawn\..* (\d+)$/.exec(name)?.[1] ?? Infinity) > DUST;

/** So far it goes in one step that keeps away. */
const AWAY = 60;
/** Steps that it looks ahead. */
const AHEAD = [1, 2, 3, 4, 5];
/** More room than this is enough, points of the screen. */
const ROOM = 140;
/** What being far from its place costs, for each point. */
const FAR = 0.08;

/** The place in reach at which it has most room in the next moments. */
export function safest({ me, others }: Scene, home: Place, isFlat: boolean): Place {
  const ways = [-1, 0, 1].flatMap((dx) =>
    (isFlat ? [0] : [-1, 0, 1]).map((dy) => onScreen({ x: me.x + dx * AWAY, y: me.y + dy * AWAY })),
  );
  const roomAt = (way: Place): number => {
    const rooms = others.flatMap(({ x, y, dx, dy }) =>
      AHEAD.map((steps) => distance(way, { x: x + dx * steps, y: y + dy * steps })),
    );
    return Math.min(ROOM, ...rooms) - FAR * distance(way, home);
  };
  return ways.reduce((best, way) => (roomAt(way) > roomAt(best) ? way : best), me);
}
