/** The game's time, which the player moves on. */
export interface GameClock {
  /** Milliseconds since the page began. */
  readonly now: () => number;
  /** The same, as of the last timer: no time goes by between two of them. */
  readonly moment: () => number;
  /** Reads the moment again. */
  readonly tick: () => void;
  /** A timer of the virtual clock. */
  readonly later: (call: () => void, ms: number) => number;
  /** Reports an exception as if it was not caught. */
  readonly report: (error: unknown) => void;
  /** Shows animations of the page as of now. */
  readonly animate: () => void;
  /** A page that is hidden gets no frames; those that it has asked for come when it is shown. */
  readonly setHidden: (isHidden: boolean) => void;
}

type Timer = (call: unknown, ...rest: unknown[]) => number;

/**
 * Ties everything that has a clock of its own to the game's: frames, sound, events. The page's time
 * begins at zero, although the virtual clock lets a moment pass before it stands still.
 */
export function installClock(frameMs: number): GameClock {
  // The clock keeps the first exception for its caller; the page reports every one of them.
  const report = window.reportError.bind(window);
  const clock = performance.now.bind(performance);
  const zero = clock();
  const now = (): number => clock() - zero;
  let moment = 0;
  const tick = (): void => void (moment = now());
  for (const name of ['setTimeout', 'setInterval', 'requestIdleCallback'] as const) {
    const begin = window[name] as unknown as Timer;
    const reporting: Timer = (call, ...rest) => begin(reportingCall(call, tick, report), ...rest);
    Object.assign(window, { [name]: reporting });
  }
  const [later, never] = [window.setTimeout, window.clearTimeout];
  Object.defineProperty(performance, 'now', { configurable: true, writable: true, value: now });
  const setHidden = frames({ now, later, never, frameMs });
  tieSound(now);
  Object.defineProperty(Event.prototype, 'timeStamp', { configurable: true, get: now });
  return { now, moment: () => moment, tick, later, report, animate: animationsOf(now), setHidden };
}

interface FrameParts extends Pick<GameClock, 'now' | 'later'> {
  readonly never: (handle: number) => void;
  readonly frameMs: number;
}

/** Returns what hides and shows the page, as {@link GameClock.setHidden}. */
function frames({ now, later, never, frameMs }: FrameParts): GameClock['setHidden'] {
  let isHidden = false;
  const held = new Map<number, FrameRequestCallback>();
  const ask = (draw: FrameRequestCallback): number => {
    const handle = later(() => (isHidden ? held.set(handle, draw) : draw(now())), frameMs);
    return handle;
  };
  window.requestAnimationFrame = ask;
  window.cancelAnimationFrame = (handle) => {
    held.delete(handle);
    never(handle);
  };
  const hides = { configurable: true, get: () => isHidden };
  Object.defineProperty(Document.prototype, 'hidden', hides);
  const visibility = { configurable: true, get: () => (isHidden ? 'hidden' : 'visible') };
  Object.defineProperty(Document.prototype, 'visibilityState', visibility);
  return (hidden) => {
    isHidden = hidden;
    if (hidden) dispatchEvent(new Event('blur'));
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
    if (!hidden) dispatchEvent(new Event('focus'));
    for (const [handle, draw] of hidden ? [] : held)
      later(() => held.delete(handle) && draw(now()), 0);
  };
}

function reportingCall(call: unknown, tick: () => void, report: (error: unknown) => void): unknown {
  if (typeof call !== 'function') return call;
  return function (this: unknown, ...given: unknown[]): unknown {
    tick();
    try {
      return Reflect.apply(call, this, given);
    } catch (error) {
      return report(error);
    }
  };
}

function tieSound(now: () => number): void {
  if (!('AudioContext' in window)) return;
  const since = new WeakMap<AudioContext, number>();
  Object.defineProperty(AudioContext.prototype, 'currentTime', {
    configurable: true,
    get(this: AudioContext) {
      if (this.state !== 'running') return 0;
      if (!since.has(this)) since.set(this, now());
      return (now() - (since.get(this) ?? 0)) / 1000;
    },
  });
}

function animationsOf(now: () => number): () => void {
  const begun = new WeakMap<Animation, number>();
  return () => {
    for (const animation of document.getAnimations()) {
      if (animation.playState === 'finished' || animation.playState === 'idle') continue;
      if (!begun.has(animation)) begun.set(animation, now());
      const at = now() - (begun.get(animation) ?? 0);
      const end = Number(animation.effect ? animation.effect.getComputedTiming().endTime : 0);
      if (at >= end) animation.finish();
      else {
        animation.pause();
        animation.currentTime = at;
      }
    }
  };
}
