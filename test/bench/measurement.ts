import type { Stack } from '../support/stack.js';
import type { Target } from './statistics.js';

/** One line of the result. */
export interface Row {
  readonly what: string;
  readonly value: number;
  readonly unit:
    'ms' | 's' | '%' | '$' | 'tokens' | 'KB' | 'MB' | 'events' | 'chunks/s' | '×' | 'requests';
  readonly target?: Target;
  readonly note?: string;
}

export interface Bench {
  readonly stack: Stack;
  /** Fewer and shorter rounds, for a first look. */
  readonly quick: boolean;
}

/** One question about the product, answered on a running stack. */
export interface Measurement {
  readonly name: string;
  readonly title: string;
  /**
   * Which stack: the demo model as fast as it can, at the pace of a real generation, or fast with
   * the stand-in for Modal.
   */
  readonly pace: 'unpaced' | 'paced' | 'modal';
  run(bench: Bench): Promise<Row[]>;
}

/** One that starts a stack itself, for it alone. */
export interface OwnMeasurement {
  readonly name: string;
  readonly title: string;
  readonly pace: 'own';
  run(options: Pick<Bench, 'quick'>): Promise<Row[]>;
}

/** Seconds in which the paced demo model writes a game. */
export const pacedSeconds = (quick: boolean): number => (quick ? 5 : 30);

/** Calls `step` for 0..count-1, at most `width` at a time; answers in order. */
export async function inParallel<T>(
  count: number,
  width: number,
  step: (index: number) => Promise<T>,
): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let index = next; index < count; index = next) {
      next += 1;
      results[index] = await step(index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, count) }, lane));
  return results;
}
