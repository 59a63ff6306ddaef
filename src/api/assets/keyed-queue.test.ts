import { expect, it } from 'vitest';
import { createKeyedQueue } from './keyed-queue.js';

it('work of one key runs in order, whatever fails; another key does not wait', async () => {
  const queue = createKeyedQueue();
  const events: string[] = [];
  let release = (): void => undefined;
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const first = queue('a', async () => {
    await gate;
    events.push('a1');
    throw new Error('failed');
  });
  const second = queue('a', async () => {
    events.push('a2');
    return 2;
  });
  await queue('b', async () => {
    events.push('b');
  });
  release();
  await expect(first).rejects.toThrow('failed');
  expect(await second).toBe(2);
  expect(await queue('a', async () => 3)).toBe(3);
  expect(events).toEqual(['b', 'a1', 'a2']);
});
