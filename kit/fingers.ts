import { frame, H, W } from './page.js';

/** A finger, the same object from `tap` to `lift`: a game may note on it what it holds. */
export interface Finger {
  readonly id: number;
  /** On the virtual screen. */
  x: number;
  y: number;
  readonly startX: number;
  readonly startY: number;
  isDown: boolean;
  hasSwiped: boolean;
  [note: string]: unknown;
}

export interface Touched {
  tap(finger: Finger): void;
  drag(dx: number, dy: number, finger: Finger): void;
  lift(finger: Finger): void;
  swipe(dx: number, dy: number, finger: Finger): void;
  press(dx: number, dy: number): void;
}

/** A swipe is decided when this length is reached. */
const SWIPE = 36;
const WAYS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  KeyA: [-1, 0],
  ArrowRight: [1, 0],
  KeyD: [1, 0],
  ArrowUp: [0, -1],
  KeyW: [0, -1],
  ArrowDown: [0, 1],
  KeyS: [0, 1],
};
const KEY_FINGER = -1;

/** Those that are down, in the order in which they came. */
export const fingers: Finger[] = [];
const held = new Set<string>();
let last: Finger = newFinger(0, W / 2, H * 0.75, false);

function newFinger(id: number, x: number, y: number, isDown: boolean): Finger {
  return { id, x, y, startX: x, startY: y, isDown, hasSwiped: false };
}

/** The first finger that is down, else the last one that was. */
export const firstFinger = (): Finger => fingers[0] ?? last;

/** Which way the held keys steer: -1, 0 or 1 on the axis (0 = x, 1 = y). */
export function steer(axis: 0 | 1): number {
  let sum = 0;
  for (const code of held) sum += WAYS[code]?.[axis] ?? 0;
  return Math.sign(sum);
}

/** Lifts all fingers and keys, as when the page is left. */
export function releaseAll(touched: Pick<Touched, 'lift'>): void {
  held.clear();
  for (const finger of [...fingers]) lift(finger, touched);
}

/** Watches fingers and keys. `wakes` is called first; when it returns false nothing else is. */
export function watchFingers(touched: Touched, wakes: () => boolean): void {
  addEventListener('pointerdown', (event) => {
    const target = event.target as Element;
    // Elements of the game's own take their touches themselves.
    if (target.closest?.('button, input, select, a') || !wakes()) return;
    try {
      target.setPointerCapture(event.pointerId);
    } catch {
      // It is up already.
    }
    const { x, y } = placeOf(event);
    down(newFinger(event.pointerId, x, y, true), touched);
  });
  addEventListener('pointermove', (event) => {
    const finger = fingers.find(({ id }) => id === event.pointerId);
    if (finger) move(finger, placeOf(event), touched);
  });
  for (const type of ['pointerup', 'pointercancel'] as const)
    addEventListener(type, (event) => {
      const finger = fingers.find(({ id }) => id === event.pointerId);
      if (finger) lift(finger, touched);
    });
  watchKeys(touched, wakes);
  addEventListener('blur', () => releaseAll(touched));
}

function watchKeys(touched: Touched, wakes: () => boolean): void {
  addEventListener('keydown', (event) => {
    const way = WAYS[event.code];
    if (!way && event.code !== 'Space' && event.code !== 'Enter') return;
    event.preventDefault();
    if (event.repeat || !wakes()) return;
    if (way) {
      held.add(event.code);
      touched.press(...way);
    } else if (fingers.every(({ id }) => id !== KEY_FINGER))
      down(newFinger(KEY_FINGER, last.x, last.y, true), touched);
  });
  addEventListener('keyup', ({ code }) => {
    held.delete(code);
    const finger = fingers.find(({ id }) => id === KEY_FINGER);
    if (finger && (code === 'Space' || code === 'Enter')) lift(finger, touched);
  });
}

function placeOf({ clientX, clientY }: PointerEvent): { x: number; y: number } {
  return { x: (clientX - frame.left) / frame.scale, y: (clientY - frame.top) / frame.scale };
}

function down(finger: Finger, touched: Touched): void {
  fingers.push(finger);
  last = finger;
  touched.tap(finger);
}

function move(finger: Finger, { x, y }: { x: number; y: number }, touched: Touched): void {
  const [dx, dy] = [x - finger.x, y - finger.y];
  Object.assign(finger, { x, y });
  touched.drag(dx, dy, finger);
  const [farX, farY] = [x - finger.startX, y - finger.startY];
  const isAcross = Math.abs(farX) > Math.abs(farY);
  if (finger.hasSwiped || Math.max(Math.abs(farX), Math.abs(farY)) < SWIPE) return;
  finger.hasSwiped = true;
  touched.swipe(isAcross ? Math.sign(farX) : 0, isAcross ? 0 : Math.sign(farY), finger);
}

function lift(finger: Finger, touched: Pick<Touched, 'lift'>): void {
  const at = fingers.indexOf(finger);
  if (at >= 0) fingers.splice(at, 1);
  finger.isDown = false;
  touched.lift(finger);
}
