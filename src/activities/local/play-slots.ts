import type { WorkerConfig } from '../../config.js';
import { slotsOf, specOf } from '../../contracts/execution/backends.js';

/** As many as the queue of plays has. */
export function playSlotsOf(config: WorkerConfig): PlaySlots {
  return new PlaySlots(slotsOf(specOf('local').long.play, config));
}

/** Plays at once in this process, those of runs and those of their own together (G2, P6). */
export class PlaySlots {
  private readonly waiting: (() => void)[] = [];

  constructor(private free: number) {}

  /** Resolves with what gives the slot back, in the order of the calls. Rejects by `signal`. */
  async take(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.free > 0) this.free -= 1;
    else await this.turn(signal);
    let isHeld = true;
    return () => {
      if (isHeld) this.giveBack();
      isHeld = false;
    };
  }

  private turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        this.waiting.splice(this.waiting.indexOf(go), 1);
        reject(signal.reason as Error);
      };
      const go = (): void => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      };
      this.waiting.push(go);
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  private giveBack(): void {
    const next = this.waiting.shift();
    if (next) next();
    else this.free += 1;
  }
}

/** Slots that one run asks for by the numbers of its plays. */
export class GrantedPlays {
  private readonly plays = new Map<number, AbortController>();

  /** `grant` lets the run begin a play. */
  constructor(
    private readonly slots: PlaySlots,
    private readonly grant: (play: number) => void,
  ) {}

  want(play: number): void {
    if (this.plays.has(play)) return;
    const over = new AbortController();
    this.plays.set(play, over);
    void this.slots.take(over.signal).then(
      (giveBack) => {
        over.signal.addEventListener('abort', giveBack, { once: true });
        if (over.signal.aborted) giveBack();
        else this.grant(play);
      },
      () => undefined,
    );
  }

  /** It has ended, or is wanted no more. */
  end(play: number): void {
    this.plays.get(play)?.abort();
    this.plays.delete(play);
  }

  /** The run is over. */
  endAll(): void {
    for (const play of [...this.plays.keys()]) this.end(play);
  }
}
