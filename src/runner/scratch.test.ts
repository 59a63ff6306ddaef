import { access, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { chooseIsolation } from './sandbox.js';
import { findClaude } from './claude/binary.js';
import { openScratch } from './scratch.js';
import { startWatchdog } from './watchdog.js';
import { freshFolder } from '../../test/support/own-folder.js';

const base = freshFolder();

describe('C4: the scratch folder', () => {
  it('is made anew and removed whole', async () => {
    const scratchDir = join(base, 'job.1');
    await mkdir(join(scratchDir, 'work', 'old'), { recursive: true });
    const scratch = await openScratch({ scratchDir, callId: 'job.1' });
    expect(await readdir(scratch.work)).toEqual([]);
    await writeFile(scratch.socket, '');
    await scratch.remove();
    expect(await readdir(base)).toEqual([]);
  });

  it('keeps its socket where the kernel takes the name, however deep the data lies', async () => {
    const scratchDir = join(base, 'd'.repeat(120), 'job.1');
    const scratch = await openScratch({ scratchDir, callId: 'job.1' });
    expect(Buffer.byteLength(scratch.socket)).toBeLessThanOrEqual(104);
    await writeFile(scratch.socket, '');
    await scratch.remove();
    await expect(access(scratch.socket)).rejects.toThrow('ENOENT');
    await expect(access(join(scratch.socket, '..'))).rejects.toThrow('ENOENT');
  });

  it('removes nothing that does not carry its call id', async () => {
    await writeFile(join(base, 'precious'), 'x');
    await expect(openScratch({ scratchDir: base, callId: 'job.1' })).rejects.toMatchObject({
      kind: 'PATH_ESCAPE',
    });
    await expect(openScratch({ scratchDir: 'job.1', callId: 'job.1' })).rejects.toMatchObject({
      kind: 'PATH_ESCAPE',
    });
    expect(await readdir(base)).toEqual(['precious']);
  });
});

describe('isolation', () => {
  const broken = async (): Promise<string> => 'no namespaces';
  it('is bubblewrap where it works', async () => {
    expect(
      await chooseIsolation(
        { NODE_ENV: 'production', CI: 'true' },
        () => undefined,
        async () => null,
      ),
    ).toBe('bubblewrap');
  });
  it.each([{ NODE_ENV: 'production' }, { CI: 'true' }])('is a must with %j', async (env) => {
    await expect(chooseIsolation(env, () => undefined, broken)).rejects.toMatchObject({
      kind: 'SandboxMissing',
    });
  });
  it(
    'is another user where a container is declared, and ' + 'refused where that cannot be',
    async () => {
      const declared = { NODE_ENV: 'production', RUNNER_ISOLATION: 'container' };
      expect(await chooseIsolation(declared, () => undefined, broken, 0)).toBe('container');
      expect(
        await chooseIsolation(
          declared,
          () => undefined,
          async () => null,
          0,
        ),
      ).toBe('bubblewrap');
      await expect(chooseIsolation(declared, () => undefined, broken, 1000)).rejects.toMatchObject({
        kind: 'SandboxMissing',
      });
      await expect(
        chooseIsolation({ ...declared, RUNNER_ISOLATION: 'none' }, () => undefined, broken, 0),
      ).rejects.toMatchObject({ kind: 'SandboxMissing' });
    },
  );
  it('is missed loudly in development', async () => {
    const warnings: string[] = [];
    expect(await chooseIsolation({}, (text) => warnings.push(text), broken)).toBe('none');
    expect(warnings.join()).toContain('NO SANDBOX');
  });
  it("finds the pinned model program without npm's install script", async () => {
    await expect(access(await findClaude())).resolves.toBeUndefined();
  });
});

describe('F3: the watchdog', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it(
    'waits longer for the first event than between two, and not at all while the receiver ' +
      'holds the run back',
    async () => {
      const expired: number[] = [];
      const watchdog = startWatchdog({ startMs: 100, stallMs: 10 }, (ms) => expired.push(ms));
      await vi.advanceTimersByTimeAsync(99);
      watchdog.touch();
      await vi.advanceTimersByTimeAsync(9);
      watchdog.touch();
      // Bare time: the timers of this test are fake
      const held = watchdog.pauseDuring(new Promise((resolve) => setTimeout(resolve, 1_000)));
      await vi.advanceTimersByTimeAsync(1_000);
      await held;
      expect(expired).toEqual([]);
      await vi.advanceTimersByTimeAsync(10);
      expect(expired).toEqual([10]);
    },
  );

  it('gives up what is silent after an event', async () => {
    const expired: number[] = [];
    const watchdog = startWatchdog({ startMs: 100, stallMs: 10 }, (ms) => expired.push(ms));
    await vi.advanceTimersByTimeAsync(50);
    watchdog.touch();
    await vi.advanceTimersByTimeAsync(10);
    expect(expired).toEqual([10]);
    watchdog.stop();
  });

  it("counts the first event's own limit, and is silent once stopped", async () => {
    const expired: number[] = [];
    const watchdog = startWatchdog({ startMs: 100, stallMs: 10 }, (ms) => expired.push(ms));
    await vi.advanceTimersByTimeAsync(100);
    expect(expired).toEqual([100]);
    watchdog.touch();
    watchdog.stop();
    watchdog.touch();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(expired).toEqual([100]);
  });
});
