import { describe, expect, it } from 'vitest';
import { openPartLog } from './part-log.js';
import { spawnProcess, type ProcessSpec, type SpawnedProcess } from './running.js';
import { patient } from '../../test/support/patience.js';
import { freshFolder } from '../../test/support/own-folder.js';

const dataDir = freshFolder();

/** A process that ends at its first SIGTERM, its second, or never. */
async function start(endsAt: number, limits: Partial<ProcessSpec>): Promise<SpawnedProcess> {
  const program =
    'let told = 0; setInterval(() => {}, 1000);' +
    `process.on('SIGTERM', () => { told += 1; if (told === ${endsAt}) process.exit(told); });` +
    "process.send('ready');";
  const running = await spawnProcess(
    {
      command: process.execPath,
      args: ['-e', program],
      env: process.env,
      cwd: dataDir,
      stopLimitMs: 10_000,
      ...limits,
    },
    await openPartLog(dataDir, 'worker'),
  );
  await expect.poll(() => running.saidReady(), { timeout: patient(10_000) }).toBe(true);
  return running;
}

describe('I5: a process that is told to stop', () => {
  it('without work to finish is told once', async () => {
    const running = await start(1, {});
    await running.stop();
    expect(await running.exited).toBe('exit code 1');
  });

  it('finishes its work, and is told again when the time for that is over', async () => {
    const running = await start(2, { finishMs: 300 });
    await running.stop();
    expect(await running.exited).toBe('exit code 2');
  });

  it('hands over as soon as it is asked to', async () => {
    const running = await start(2, { finishMs: 600_000 });
    const handOver = new AbortController();
    const stopped = running.stop({ handOver: handOver.signal });
    // Bare time: it is finishing its work when the signal comes
    setTimeout(() => handOver.abort(), 300);
    await stopped;
    expect(await running.exited).toBe('exit code 2');
  });

  it('finishes for a shorter time when it is only restarted', async () => {
    const running = await start(2, { finishMs: 600_000 });
    await running.stop({ finishMs: 300 });
    expect(await running.exited).toBe('exit code 2');
  });

  it('is killed when it hands nothing over in time', async () => {
    const running = await start(3, { finishMs: 200, stopLimitMs: 300 });
    await running.stop();
    expect(await running.exited).toBe('signal SIGKILL');
  });
});
