import type { Target } from './target.js';

/** One wall: attacks of one kind, and how it is known that each of them got nowhere. */
export interface Wall {
  readonly name: string;
  /** `isSmall`: a sample, for every run of the tests. */
  attack(target: Target, tally: Tally, isSmall: boolean): Promise<void>;
}

/** What was tried at a wall, and what got through. */
export class Tally {
  tries = 0;
  /** In words, for whoever has to mend it. */
  readonly fallen: string[] = [];

  get held(): number {
    return this.tries - this.fallen.length;
  }

  /** Counts one try; `holds` answers true, or what is wrong. An error is a wall that has fallen. */
  async try(what: string, holds: () => Promise<true | string>): Promise<void> {
    this.tries += 1;
    const verdict = await holds().catch((error: unknown) => `failed: ${String(error)}`);
    if (verdict !== true) this.fallen.push(`${what}: ${verdict.slice(0, 300)}`);
  }

  /** Tries of tests that say by themselves what holds. */
  add(tries: number, fallen: readonly string[]): void {
    this.tries += tries;
    this.fallen.push(...fallen);
  }
}

/** Several tries at a time, in the order of the list. */
export async function inTurns<T>(
  list: readonly T[],
  work: (each: T) => Promise<void>,
  atOnce = 8,
): Promise<void> {
  const rest = [...list];
  const worker = async (): Promise<void> => {
    for (let next = rest.shift(); next !== undefined; next = rest.shift()) await work(next);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
