import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createLog } from '../telemetry/log.js';
import { shutDown } from './shutdown.js';

const log = createLog('test');
log.level = 'silent';

describe('an ordered end', () => {
  it('runs one phase after the other', async () => {
    const seen: string[] = [];
    const phase = (name: string, ms: number) => ({
      name,
      timeoutMs: 1_000,
      run: async () => {
        await sleep(ms);
        seen.push(name);
      },
    });
    expect(await shutDown([phase('first', 20), phase('second', 0)], log)).toBe(true);
    expect(seen).toEqual(['first', 'second']);
  });

  it('leaves a phase behind that fails or takes too long, and says so', async () => {
    const seen: string[] = [];
    const clean = await shutDown(
      [
        { name: 'fails', timeoutMs: 1_000, run: () => Promise.reject(new Error('no')) },
        {
          name: 'throws',
          timeoutMs: 1_000,
          run: () => {
            throw new Error('no');
          },
        },
        { name: 'hangs', timeoutMs: 20, run: () => new Promise(() => undefined) },
        {
          name: 'last',
          timeoutMs: 1_000,
          run: () => {
            seen.push('last');
          },
        },
      ],
      log,
    );
    expect([clean, seen]).toEqual([false, ['last']]);
  });
});
