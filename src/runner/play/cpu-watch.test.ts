import { describe, expect, it } from 'vitest';
import type { BoxedBrowser } from '../boxed-browser.js';
import { GameStopped } from '../box-watch.js';
import { CpuWatch, PlayEnded } from './cpu-watch.js';

/** A browser that reports these seconds of the processor, by kind of process, in turn. */
function watchOf(...used: { renderer: number; gpu: number }[]): Promise<CpuWatch> {
  const send = async (method: string) => {
    if (method !== 'SystemInfo.getProcessInfo') return {};
    const { renderer, gpu } = (used.length > 1 ? used.shift() : used[0]) ?? { renderer: 0, gpu: 0 };
    const processInfo = [
      { type: 'renderer', cpuTime: renderer },
      { type: 'GPU', cpuTime: gpu },
    ];
    return { processInfo };
  };
  const boxed = {
    browser: { newBrowserCDPSession: async () => ({ send, on: () => undefined }) },
    during: (work: Promise<unknown>) => work,
    peakBytes: () => 0,
  };
  return CpuWatch.over(boxed as unknown as BoxedBrowser);
}

const never = new Promise<string>(() => undefined);

describe('time of the processor (P0)', () => {
  it('a page that works for long without an end is frozen', async () => {
    const watch = await watchOf({ renderer: 3, gpu: 0 }, { renderer: 8, gpu: 0 });
    await expect(watch.during(never)).rejects.toBeInstanceOf(GameStopped);
  });

  it('a browser that works for long without a frame ends the play: no finding', async () => {
    const watch = await watchOf({ renderer: 3, gpu: 1 }, { renderer: 6, gpu: 19 });
    await expect(watch.during(never)).rejects.toBeInstanceOf(PlayEnded);
  });

  it('without processor there is no end, however long it takes', async () => {
    const watch = await watchOf({ renderer: 3, gpu: 1 });
    // Bare time: several looks of the watch, which would have ended it in the first
    const late = new Promise<string>((done) => setTimeout(() => done('late'), 1_000));
    expect(await watch.during(late)).toBe('late');
  });
});
