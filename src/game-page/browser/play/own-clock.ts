import { OWN_CLOCK } from '../../names.js';

/** The browser's own, from before the virtual clock. */
export interface OwnClock {
  readonly frame: typeof window.requestAnimationFrame;
  /** Resolves when the events that are waiting have been handled. */
  readonly giveWay: () => Promise<void>;
}

/** Once: the game does not find it afterwards. */
export function takeOwnClock(): OwnClock {
  const globals = window as unknown as Record<string, unknown>;
  const own = globals[OWN_CLOCK] as OwnClock;
  delete globals[OWN_CLOCK];
  return own;
}
