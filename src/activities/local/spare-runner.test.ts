import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { fileFolder } from '../../../test/support/own-folder.js';
import { RUNNER_ENTRY } from '../runner-input/bundle.js';
import { startRunner } from './runner-process.js';
import { SpareRunner } from './spare-runner.js';

const root = fileFolder();
const program = ['--import', 'tsx', RUNNER_ENTRY];

const childOf = (spare: SpareRunner): ChildProcess => Reflect.get(spare, 'child') as ChildProcess;

afterEach(() => vi.useRealTimers());

describe('P3: a runner that waits for a play', () => {
  it('does what it is handed, once, as one that is started for it', async () => {
    const spare = new SpareRunner(program);
    expect(spare.take()).toBeNull();
    spare.prepare();
    const child = spare.take();
    expect(spare.take()).toBeNull();
    const written = await startRunner({
      ...{ program: ['--nonsense'], child, env: {}, signal: new AbortController().signal },
      input: { command: 'files', root, op: 'write', path: 'a.txt', content: 'はい' },
    });
    expect(written).toMatchObject({ sizeBytes: 6 });
    expect(child?.exitCode).toBe(0);
  });

  it('is not given away once it has ended: another one is started', async () => {
    const spare = new SpareRunner(['-e', '']);
    spare.prepare();
    const ended = childOf(spare);
    await once(ended, 'exit');
    expect(spare.take()).toBeNull();
    spare.prepare();
    expect(spare.take()?.pid).not.toBe(ended.pid);
  });

  it('ends a minute after the model last wrote, when no play takes it', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const spare = new SpareRunner(program);
    spare.prepare();
    const child = childOf(spare);
    vi.advanceTimersByTime(40_000);
    spare.prepare();
    vi.advanceTimersByTime(40_000);
    expect(childOf(spare)).toBe(child);
    vi.advanceTimersByTime(20_000);
    expect(spare.take()).toBeNull();
    await once(child, 'exit');
  });

  it("is its play's own once it is taken: no time limit ends it", () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const spare = new SpareRunner(program);
    spare.prepare();
    const child = spare.take();
    vi.advanceTimersByTime(600_000);
    expect(child?.stdin?.destroyed).toBe(false);
    child?.stdin?.destroy();
  });
});
