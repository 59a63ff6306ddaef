import { afterEach, describe, expect, it } from 'vitest';
import { patient } from '../../test/support/patience.js';
import { waitUntilHealthy } from './health.js';
import { spawnProcess, type SpawnedProcess } from './running.js';

const LIMIT_MS = 300;
const log = { file: '', follow: () => undefined, tail: () => '' };
const started: SpawnedProcess[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((running) => running.stop()));
});

/** A process of node with this program. */
async function start(program: string): Promise<SpawnedProcess> {
  const running = await spawnProcess(
    {
      command: process.execPath,
      args: ['-e', program],
      env: { PATH: process.env['PATH'] },
      cwd: '/',
      stopLimitMs: 100,
    },
    log,
  );
  started.push(running);
  return running;
}

function untilReady(
  running: SpawnedProcess,
  onSlow: () => void,
  answerMs = patient(10_000),
): Promise<void> {
  return waitUntilHealthy(
    running,
    {
      isHealthy: async () => running.saidReady(),
      limitMs: LIMIT_MS,
      isAlive: () => running.saysAlive(answerMs),
      onSlow,
    },
    new AbortController().signal,
  );
}

describe('a part that misses its start limit', () => {
  it('is given more time while it says that it is alive', async () => {
    let extensions = 0;
    const running = await start(
      `let asked = 0;
       process.on('message', () => {
         process.send('alive');
         if ((asked += 1) === 3) process.send('ready');
       });`,
    );
    await untilReady(running, () => (extensions += 1));
    expect(extensions).toBeGreaterThan(1);
  });

  it('is given up when it does not answer', async () => {
    const running = await start('for (;;);');
    await expect(untilReady(running, () => undefined, 10)).rejects.toThrow(
      'it did not answer within 0.3 s',
    );
  });

  it('is given up at once when it ends', async () => {
    const running = await start('process.exit(7)');
    await expect(untilReady(running, () => undefined)).rejects.toThrow(
      'it ended while starting (exit code 7)',
    );
  });

  it('has ended, and is not silent, when it ends instead of answering', async () => {
    let end: (how: string) => void = () => undefined;
    const exited = new Promise<string>((resolve) => (end = resolve));
    const isAlive = async (): Promise<boolean> => {
      setImmediate(end, 'exit code 7');
      return false;
    };
    const check = { isHealthy: async () => false, limitMs: 0, isAlive, onSlow: () => undefined };
    await expect(waitUntilHealthy({ exited }, check, new AbortController().signal)).rejects.toThrow(
      'it ended while starting (exit code 7)',
    );
  });
});
