import { z } from 'zod';
import { untilAborted, withTimeout } from '../../concurrency.js';

/** Lets plays begin; null = none could in time, and the work was not done. */
export interface Slots {
  during<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T | null>;
}

/** A machine of its own: a play may begin at any time. */
export const FREE_SLOTS: Slots = { during: (work) => work() };

/** Longest wait for a slot, milliseconds. */
const WAIT_MS = 20_000;
const Grant = z.object({ mayPlay: z.number().int() });

/** Asks the parent of this process for each play, by a line to it and one back. */
export class AskedSlots implements Slots {
  private asked = 0;
  private readonly granted = new Map<number, () => void>();

  constructor(private readonly tell: (line: object) => void) {}

  /** A line of the parent. */
  read(line: string): void {
    try {
      this.granted.get(Grant.parse(JSON.parse(line)).mayPlay)?.();
    } catch {
      // Not one of these.
    }
  }

  async during<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T | null> {
    this.asked += 1;
    const play = this.asked;
    const grant = new Promise<void>((resolve) => this.granted.set(play, resolve));
    this.tell({ wantPlay: play });
    try {
      const inTime = withTimeout(untilAborted(grant, signal), WAIT_MS, () => new Error('busy'));
      const isThere = await inTime.then(
        () => true,
        () => false,
      );
      signal.throwIfAborted();
      return isThere ? await work() : null;
    } finally {
      this.granted.delete(play);
      this.tell({ playOver: play });
    }
  }
}
