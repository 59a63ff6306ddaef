import type { randomUUID } from 'node:crypto';
import { chanceOf, type Chance } from '../../src/game-page/chance.js';

/** Decisions of a chaos run: the same seed makes the same ones. */
export class Random {
  /** A number from 0 up to 1. */
  readonly next: Chance;

  constructor(seed: string) {
    // FNV-1a, so that neighbouring seeds have nothing in common.
    const hash = [...seed].reduce(
      (sum, char) => Math.imul(sum ^ (char.codePointAt(0) ?? 0), 0x01000193) >>> 0,
      0x811c9dc5,
    );
    this.next = chanceOf(hash);
  }

  between(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  pick<T>(choices: readonly T[]): T {
    return choices[Math.floor(this.next() * choices.length)] as T;
  }

  /** Picks a key by its weight. */
  weighted<K extends string>(weights: Readonly<Record<K, number>>): K {
    const entries = Object.entries(weights) as [K, number][];
    let left = this.next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [key, weight] of entries) {
      left -= weight;
      if (left < 0) return key;
    }
    return entries[0]?.[0] as K;
  }

  uuid(): ReturnType<typeof randomUUID> {
    const hex = Array.from({ length: 32 }, () => this.between(0, 15).toString(16)).join('');
    const head = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}` as const;
    return `${head}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
  }
}
