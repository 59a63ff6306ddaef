import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import {
  processorSeconds,
  startFactor,
  startSeconds,
  timed,
} from '../../scripts/processor-time.js';

/** Works for half a second of processor, however long that takes. */
const WORK = 'while (process.cpuUsage().user < 500_000);';
const GRANDCHILD = `
  require('node:child_process').spawnSync(process.execPath, ['-e', ${JSON.stringify(WORK)}]);
  console.log(process.argv[1]);
  process.exit(7);`;

describe('the seconds of processor of a step of `npm test`', () => {
  it('are those of its children and of theirs; it ends as its program does', () => {
    const ended = spawnSync('sh', timed(process.execPath, ['-e', GRANDCHILD, 'a "b" $c']), {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
    });
    expect([ended.status, ended.stdout]).toEqual([7, 'a "b" $c\n']);
    expect(processorSeconds(String(ended.output[3]))).toBeGreaterThan(0.45);
  });

  it.each([
    ['0m0.01s 0m0.02s\n1m30.500s 0m10.25s\n', 100.75],
    ['0m0,01s 0m0,02s\n0m3,00s 0m1,00s\n', 4],
    ['', null],
    ['sh: times: not found', null],
  ])('are read from %j', (times, seconds) => {
    expect(processorSeconds(times)).toBe(seconds);
  });

  it('are allowed by the median of starts meanwhile, never less than where chosen', async () => {
    expect(startFactor([0.5, Infinity, 0.9, 0.1])).toBe(2);
    expect([startFactor([0.01]), startFactor([])]).toEqual([1, 1]);
    expect(Number.isFinite(await startSeconds())).toBe(true);
  });
});
