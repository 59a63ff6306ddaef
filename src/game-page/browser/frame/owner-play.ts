import { nameOf, TARGETS } from '../element-name.js';
import { post } from './post.js';

/** The screen on which inputs are replayed; places are places on it. */
const SCREEN = { width: 390, height: 844 };
const MAX_MS = 60_000;
/** Of the time before the first input no more counts. */
const MAX_LEAD_MS = 1_000;
/** A frame that takes longer is a stall, or the page was hidden: games let no such time pass. */
const MAX_FRAME_MS = 100;
const MOVE_MS = 66;
const POST_MS = 1_000;
/** States of a game that declares one. */
const OVER = /^(?:game[-_ ]?over|over|lost|lose|dead|died|failed|won|win|clear(?:ed)?)$/i;

/** A `TapeInput` of the contracts. */
type Input = Record<string, unknown>;

interface Finger {
  finger: 0 | 1;
  /** Where it has gone since it was noted last; null = nowhere. */
  place: { x: number; y: number } | null;
  notedMs: number;
}

/**
 * Gathers what a person does in the game, where the page around it asks for that, and posts it
 * there bit by bit (P4). In a page without one around it, as that of a play, it does nothing.
 */
export function offerOwnerPlay(): void {
  if (window.parent === window) return;
  window.addEventListener('message', ({ source, data }: MessageEvent<unknown>) => {
    const { type } = (data ?? {}) as { type?: unknown };
    if (source === window.parent && type === 'recordPlay') new OwnerPlay();
  });
}

/** Nothing in it asks the browser for a layout, and an event costs the same however many came. */
class OwnerPlay {
  private inputs: Input[] = [];
  private readonly fingers = new Map<number, Finger>();
  private readonly askedAt = performance.now();
  private readonly heard = new AbortController();
  private scale = { x: 1, y: 1 };
  /** Of the game, by its frames; null = before the first input. */
  private nowMs: number | null = null;
  private frameAt: number | null = null;
  private postedMs = 0;

  constructor() {
    this.measure();
    const { signal } = this.heard;
    window.addEventListener('resize', this.measure, { signal });
    const how = { capture: true, passive: true, signal };
    window.addEventListener('pointerdown', this.down, how);
    window.addEventListener('pointermove', this.move, how);
    for (const type of ['pointerup', 'pointercancel'] as const)
      window.addEventListener(type, this.up, how);
    for (const type of ['keydown', 'keyup'] as const) window.addEventListener(type, this.key, how);
  }

  private readonly measure = (): void => {
    this.scale = { x: SCREEN.width / innerWidth, y: SCREEN.height / innerHeight };
  };

  private readonly down = (event: PointerEvent): void => {
    const taken = [...this.fingers.values()].map(({ finger }) => finger);
    if (!event.isTrusted || event.button !== 0 || taken.length === 2) return;
    const finger = taken[0] === 0 ? 1 : 0;
    this.fingers.set(event.pointerId, { finger, place: null, notedMs: this.now() });
    const target = event.target instanceof Element ? event.target.closest(TARGETS) : null;
    const on = target && nameOf(target);
    this.note({ type: 'down', finger, ...this.placeOf(event), ...(on !== null && { on }) });
  };

  private readonly move = (event: PointerEvent): void => {
    const finger = this.fingers.get(event.pointerId);
    if (finger && event.isTrusted) finger.place = this.placeOf(event);
  };

  private readonly up = (event: PointerEvent): void => {
    const finger = this.fingers.get(event.pointerId);
    if (!finger || !event.isTrusted) return;
    this.noteMove(finger);
    this.fingers.delete(event.pointerId);
    this.note({ type: 'up', finger: finger.finger });
  };

  private readonly key = (event: KeyboardEvent): void => {
    const { type, key, isTrusted, repeat, ctrlKey, altKey, metaKey } = event;
    if (!isTrusted || repeat || ctrlKey || altKey || metaKey) return;
    this.note({ type: type === 'keydown' ? 'keyDown' : 'keyUp', key });
  };

  private readonly tick = (at: number): void => {
    const now = this.now() + Math.min(at - (this.frameAt ?? at), MAX_FRAME_MS);
    [this.frameAt, this.nowMs] = [at, now];
    for (const finger of this.fingers.values())
      if (now - finger.notedMs >= MOVE_MS) this.noteMove(finger);
    const isTime = now - this.postedMs >= POST_MS || now >= MAX_MS;
    if (!isTime || !this.post(now)) requestAnimationFrame(this.tick);
  };

  private noteMove(finger: Finger): void {
    if (finger.place) this.note({ type: 'move', finger: finger.finger, ...finger.place });
    finger.place = null;
    finger.notedMs = this.now();
  }

  private note(input: Input): void {
    this.inputs.push({ atMs: Math.round(this.now()), ...input });
  }

  /** Time begins with the first input. */
  private now(): number {
    if (this.nowMs === null) {
      this.nowMs = Math.min(performance.now() - this.askedAt, MAX_LEAD_MS);
      requestAnimationFrame(this.tick);
    }
    return this.nowMs;
  }

  private placeOf({ clientX, clientY }: PointerEvent): { x: number; y: number } {
    return { x: Math.round(clientX * this.scale.x), y: Math.round(clientY * this.scale.y) };
  }

  /** Returns whether the play is over. */
  private post(nowMs: number): boolean {
    const isOver = nowMs >= MAX_MS || OVER.test(document.documentElement.dataset['state'] ?? '');
    if (isOver) this.heard.abort();
    if (isOver || this.inputs.length > 0) post({ type: 'ownerPlay', inputs: this.inputs, isOver });
    this.inputs = [];
    this.postedMs = nowMs;
    return isOver;
  }
}
