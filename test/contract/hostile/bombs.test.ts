import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { PlayResult } from '../../../src/contracts/game/play.js';
import { QUIET_GAMES } from '../full/quiet-pages.js';
import { BOMBS, HEAVY } from '../runner/bomb-pages.js';
import { codesOf, play, PLAY_LIMIT_MS } from '../runner/play-bench.js';
import { QUIET } from '../runner/play-pages.js';

const GIB = 1024 * 1024 * 1024;
const FREE_BYTES = 2 * GIB;
const HONEST = Object.entries({ ...HEAVY, ...QUIET, ...QUIET_GAMES }).slice(0, 20);
/** What a game is stopped by, whatever of it comes first. */
const STOPPED = ['memory', 'disk', 'freeze', 'exception', 'csp'];

const numberIn = (file: string, name: string): number =>
  Number(new RegExp(`^${name}:?\\s+(\\d+)`, 'm').exec(readFileSync(file, 'utf8'))?.[1]);
const freeBytes = (): number => numberIn('/proc/meminfo', 'MemAvailable') * 1024;
/** Processes that the kernel has ended because there was no memory left. */
const killed = (): number => numberIn('/proc/vmstat', 'oom_kill');

async function inOrder(pages: readonly (readonly [string, string])[]): Promise<Played[]> {
  const all: Played[] = [];
  for (const [name, html] of pages) all.push([name, await play(html)]);
  return all;
}
type Played = readonly [string, PlayResult];

describe('twenty games that take all they can, beside twenty honest ones (J2)', () => {
  it(
    'the honest ones play, 2 GiB stay free, the kernel ends nothing, each bomb has a verdict',
    async () => {
      const killedBefore = killed();
      let leastBytes = Infinity;
      const timer = setInterval(() => (leastBytes = Math.min(leastBytes, freeBytes())), 50);
      const [bombs, honest] = await Promise.all([
        inOrder(Object.entries(BOMBS)),
        inOrder(HONEST),
      ]).finally(() => clearInterval(timer));
      const told = bombs.map(([name, result]) => `${name}: ${codesOf(result).join(', ')}`);
      process.stdout.write(
        `${told.join('\n')}\nleast free: ${Math.round(leastBytes / 2 ** 20)} MiB\n`,
      );
      expect([bombs.length, honest.length]).toEqual([20, 20]);
      expect(honest.filter(([, { verdict }]) => verdict !== 'plays').map(([name]) => name)).toEqual(
        [],
      );
      expect(leastBytes).toBeGreaterThan(FREE_BYTES);
      expect(killed()).toBe(killedBefore);
      for (const [name, result] of bombs)
        expect([
          name,
          result.verdict,
          codesOf(result).some((code) => STOPPED.includes(code)),
        ]).toEqual([name, 'broken', true]);
    },
    PLAY_LIMIT_MS * 20,
  );
});
