import { fileURLToPath } from 'node:url';
import vm from 'node:vm';
import { buildSync } from 'esbuild';
import { describe, expect, it } from 'vitest';

const CHANCE = buildSync({
  entryPoints: [fileURLToPath(new URL('browser/play/random.ts', import.meta.url))],
  bundle: true,
  write: false,
  format: 'iife',
  globalName: 'chance',
}).outputFiles[0]?.text;
const GAME = 'https://game.test/game/~play/index.html';

/** What scripts of a page draw, by the file that each is. */
function drawnBy(scripts: Readonly<Record<string, string>> | string, seed = 7): unknown {
  const page: { drawn: Record<string, unknown>; [name: string]: unknown } = { drawn: {}, at: 0 };
  page['window'] = page;
  const context = vm.createContext(page);
  vm.runInContext(`${CHANCE}\nchance.seedChance(${seed}, () => at);`, context);
  const files = typeof scripts === 'string' ? { [GAME]: scripts } : scripts;
  for (const [filename, script] of Object.entries(files))
    vm.runInContext(script, context, { filename });
  return JSON.parse(JSON.stringify(page.drawn));
}

const ENEMY = 'function spawnEnemy() { return [Math.random(), Math.random()]; }';
const STARS = 'function star() { return Math.random(); }';
const TOLD = 'drawn.enemy = [spawnEnemy(), spawnEnemy()];';

describe('chance of a play (P4)', () => {
  it('is a function of the seed, and of nothing else', () => {
    const script = `${ENEMY} ${TOLD} drawn.top = Math.random();`;
    expect(drawnBy(script)).toEqual(drawnBy(script));
    expect(drawnBy(script, 8)).not.toEqual(drawnBy(script));
  });

  it.each([
    ['a function that draws more', `${STARS} star(); star();`],
    ['a constructor', 'class Cloud { constructor() { this.x = Math.random(); } } new Cloud();'],
    [
      'an arrow without a name, in a function',
      'const sky = () => [1].map(() => Math.random()); sky();',
    ],
    ['a helper that the function has as well', 'const wind = () => rand(9); wind(); wind();'],
  ])('%s changes nothing for another', (_, added) => {
    const helper = 'function rand(most) { return Math.random() * most; }';
    const enemy = 'const spawnEnemy = () => [rand(1), Math.random(), rand(2)];';
    expect(drawnBy(`${helper} ${enemy} ${added} ${TOLD}`)).toEqual(
      drawnBy(`${helper} ${enemy} ${TOLD}`),
    );
  });

  it('is of the function that calls a library, not of the library', () => {
    const library = {
      'https://game.test/vendor/p5@1.11.0/p5.min.js': 'var lib = () => Math.random();',
    };
    const script = 'const enemy = () => lib(); const sky = () => lib();';
    const one = drawnBy({ ...library, [GAME]: `${script} drawn.enemy = [enemy(), enemy()];` });
    const other = { ...library, [GAME]: `${script} sky(); drawn.enemy = [enemy(), enemy()];` };
    expect(drawnBy(other)).toEqual(one);
  });

  it('comes in the order of first use where functions have no name', () => {
    const script = (lines: string): string =>
      `${lines} drawn.all = [Math.random(), Math.random()];`;
    expect(drawnBy(script('\n\n'))).toEqual(drawnBy(script('')));
    expect(drawnBy(script('Math.random();'))).not.toEqual(drawnBy(script('')));
  });

  it('is as good when a function draws by the thousand', () => {
    const script = `function noise() { return Math.random(); }
      let sum = 0; for (let each = 0; each < 1e5; each += 1) sum += noise(); drawn.sum = sum;`;
    const { sum } = drawnBy(script) as { sum: number };
    expect(sum / 1e5).toBeCloseTo(0.5, 2);
  });

  it('goes on in a page that has locked its errors', () => {
    const script = `'use strict'; Object.freeze(Error); ${ENEMY} ${TOLD}`;
    expect(drawnBy(script)).toEqual(drawnBy(script));
  });

  it('leaves the errors of a page as they are', () => {
    const script = `Error.stackTraceLimit = 5; Math.random();
      drawn.told = [Error.stackTraceLimit, typeof Error.prepareStackTrace];
      drawn.stack = typeof new Error('x').stack;`;
    expect(drawnBy(script)).toEqual({ told: [5, 'undefined'], stack: 'string' });
  });
});
