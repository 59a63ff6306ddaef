import { expect, it } from 'vitest';
import { lanesOf } from '../../../src/runner/play/lane.js';
import { PLAY_LIMIT_MS } from './play-bench.js';

it(
  'P3: a play takes the browser that was opened ahead, and a new one where that has ended',
  async () => {
    const [lane] = lanesOf(undefined);
    const ahead = await lane.open();
    await lane.use(async (opened) => {
      expect(opened).toBe(ahead);
      return { result: null, isSpoiled: false };
    });
    await ahead.boxed.close();
    await lane.open();
    // Idle browsers are closed in the very moment in which a play comes.
    const [, { boxed }] = await Promise.all([lane.close(), lane.open()]);
    expect(boxed.browser.isConnected()).toBe(true);
    await lane.end();
    expect(boxed.browser.isConnected()).toBe(false);
  },
  PLAY_LIMIT_MS,
);
