import type { PageInput } from '../../names.js';
import { TARGETS } from '../element-name.js';
import { before } from './canvas.js';
import { placeOf } from './targets.js';

/** A finger that is down. */
interface Finger {
  readonly id: number;
  readonly at: number;
  /** What it came down on: all its touches go there. */
  readonly target: Element;
  readonly isPrimary: boolean;
  readonly from: { x: number; y: number };
  x: number;
  y: number;
  /** It has gone further than a tap does. */
  hasMoved: boolean;
  /** The game has refused what browsers make of a touch: clicks, and the events of a mouse. */
  isRefused: boolean;
  isMouseRefused: boolean;
}

/** A finger that moves less rests. */
const SLOP = 15;
/** So near beside a button a finger hits it all the same. */
const NEAR = [
  [0, 0],
  [8, 0],
  [-8, 0],
  [0, 8],
  [0, -8],
] as const;
/** Names and numbers of keys that are no characters, and of those that are named otherwise. */
const CODES: Readonly<Record<string, readonly [code: string, number: number]>> = {
  ' ': ['Space', 32],
  Enter: ['Enter', 13],
  Escape: ['Escape', 27],
  ArrowLeft: ['ArrowLeft', 37],
  ArrowUp: ['ArrowUp', 38],
  ArrowRight: ['ArrowRight', 39],
  ArrowDown: ['ArrowDown', 40],
};

/**
 * Returns what does an input as Chromium does for one of the hand, but at once: nothing is painted
 * for it. For searches and tapes: what is found hard is found by real touches.
 */
export function makeHands(): (input: PageInput) => void {
  const hands = new Hands();
  return (input) => {
    if (input.type === 'keyDown' || input.type === 'keyUp') press(input.type, input.key);
    else if (input.type === 'up') hands.up(input.finger);
    else hands.reach(input);
  };
}

class Hands {
  private readonly fingers = new Map<number, Finger>();
  private readonly captured = watchCapture((id) =>
    [...this.fingers.values()].some((each) => each.id === id),
  );
  private lastId = 1_000;

  /** Puts a finger down, or moves the one that is there. */
  reach(input: Extract<PageInput, { type: 'down' | 'move' }>): void {
    const finger = this.fingers.get(input.finger);
    if (finger) this.move(finger, input);
    else if (input.type === 'down') {
      const { on, x, y } = input;
      this.down(input.finger, on === undefined ? input : placeOf(on, x, y));
    }
  }

  up(at: number): void {
    const finger = this.fingers.get(at);
    if (!finger) return;
    this.fingers.delete(at);
    for (const type of ['pointerup', 'pointerout', 'pointerleave']) this.point(type, finger);
    this.captured.delete(finger.id);
    finger.isRefused = !this.touch('touchend', finger) || finger.isRefused;
    if (!finger.hasMoved && !finger.isRefused) click(finger);
  }

  private down(at: number, { x, y }: { x: number; y: number }): void {
    const finger: Finger = {
      id: (this.lastId += 1),
      at,
      target: document.elementFromPoint(x, y) ?? document.documentElement,
      isPrimary: this.fingers.size === 0,
      from: { x, y },
      x,
      y,
      hasMoved: this.fingers.size > 0,
      isRefused: false,
      isMouseRefused: false,
    };
    for (const type of ['pointerover', 'pointerenter']) this.point(type, finger);
    this.fingers.set(at, finger);
    finger.isMouseRefused = !this.point('pointerdown', finger);
    finger.isRefused = !this.touch('touchstart', finger);
  }

  private move(finger: Finger, { x, y }: { x: number; y: number }): void {
    const isFar = Math.hypot(x - finger.from.x, y - finger.from.y) > SLOP;
    Object.assign(finger, { x, y, hasMoved: finger.hasMoved || isFar });
    this.point('pointermove', finger);
    if (finger.hasMoved || finger.isRefused) this.touch('touchmove', finger);
  }

  private point(type: string, finger: Finger): boolean {
    const { id: pointerId, isPrimary, target } = finger;
    const isUp = /up|out|leave/.test(type);
    const event = new PointerEvent(type, {
      ...placed(finger, !type.endsWith('enter') && !type.endsWith('leave')),
      pointerId,
      isPrimary,
      pointerType: 'touch',
      buttons: isUp ? 0 : 1,
      button: type === 'pointermove' ? -1 : 0,
      pressure: isUp ? 0 : 1,
      width: 1,
      height: 1,
    });
    return (this.captured.get(pointerId) ?? target).dispatchEvent(event);
  }

  private touch(type: string, finger: Finger): boolean {
    const all = new Map([...this.fingers.values()].map((each) => [each, touchOf(each)]));
    const changedTouches = [all.get(finger) ?? touchOf(finger)];
    const targetTouches = [...all].flatMap(([each, one]) =>
      each.target === finger.target ? [one] : [],
    );
    const lists = { touches: [...all.values()], targetTouches, changedTouches };
    const init = { bubbles: true, cancelable: true, composed: true, view: window };
    return finger.target.dispatchEvent(new TouchEvent(type, Object.assign(init, lists)));
  }
}

/** Which element a finger was captured by. For other pointers the browser does it. */
function watchCapture(isOurs: (id: unknown) => boolean): Map<unknown, Element> {
  const captured = new Map<unknown, Element>();
  before(Element.prototype, 'setPointerCapture', (element, [id]) => {
    if (isOurs(id)) captured.set(id, element);
    return !isOurs(id);
  });
  before(Element.prototype, 'releasePointerCapture', (_, [id]) => {
    captured.delete(id);
    return !isOurs(id);
  });
  return captured;
}

/** What browsers make of a tap for pages that know no touch. */
function click(finger: Finger): void {
  const { x, y } = finger;
  const [target = document.documentElement] = NEAR.flatMap(([dx, dy]) => {
    const hit = document.elementFromPoint(x + dx, y + dy);
    return hit?.closest(TARGETS) ? [hit] : [];
  }).concat(document.elementFromPoint(x, y) ?? []);
  const mouse = (type: string, buttons: number): boolean =>
    target.dispatchEvent(new MouseEvent(type, { ...placed(finger, true), buttons, detail: 1 }));
  if (!finger.isMouseRefused) {
    mouse('mousemove', 0);
    if (mouse('mousedown', 1)) focusOn(target.closest<HTMLElement>('button, a, input, [tabindex]'));
    mouse('mouseup', 0);
  }
  const { id: pointerId } = finger;
  const init = { ...placed(finger, true), detail: 1, pointerId, pointerType: 'touch' };
  target.dispatchEvent(new PointerEvent('click', init));
}

function focusOn(element: HTMLElement | null): void {
  if (element) element.focus();
  else if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
}

function press(type: 'keyDown' | 'keyUp', key: string): void {
  const [code, keyCode] = CODES[key] ?? [
    `Key${key.toUpperCase()}`,
    key.toUpperCase().charCodeAt(0),
  ];
  const target = document.activeElement ?? document.body;
  const init = { key, code, keyCode, which: keyCode, bubbles: true, cancelable: true };
  const isAllowed = target.dispatchEvent(
    new KeyboardEvent(type.toLowerCase(), Object.assign(init, { composed: true, view: window })),
  );
  const presses = key === 'Enter' ? type === 'keyDown' : key === ' ' && type === 'keyUp';
  if (isAllowed && presses && target.matches('button, a')) (target as HTMLElement).click();
}

function placed({ x, y }: { x: number; y: number }, bubbles: boolean): PointerEventInit {
  const at = { clientX: x, clientY: y, screenX: x, screenY: y };
  return { ...at, bubbles, cancelable: bubbles, composed: true, view: window };
}

function touchOf({ at, target, x, y }: Finger): Touch {
  return new Touch({
    identifier: at,
    target,
    clientX: x,
    clientY: y,
    pageX: x + scrollX,
    pageY: y + scrollY,
    screenX: x,
    screenY: y,
    radiusX: 1,
    radiusY: 1,
    force: 1,
  });
}
