import { pino } from 'pino';
import { expect, it } from 'vitest';
import { EndedSessions } from './ended-sessions.js';

it('D7: knows what ended before the start and what came since, also over an outage', async () => {
  const asked: (number | null)[] = [];
  let answer: () => string[] = () => ['before'];
  const ended = new EndedSessions(
    {
      ids: async (withinS) => {
        asked.push(withinS);
        return answer();
      },
    },
    pino({ level: 'silent' }),
  );
  expect(ended.has('before')).toBe(false);
  await ended.read();
  expect([ended.has('before'), ended.has('later'), ended.has(undefined)]).toEqual([
    true,
    false,
    false,
  ]);
  answer = () => {
    throw new Error('away');
  };
  await ended.read();
  expect(ended.has('before')).toBe(true);
  answer = () => ['later'];
  await ended.read();
  expect([ended.has('before'), ended.has('later')]).toEqual([true, true]);
  expect(asked[0]).toBeNull();
  expect(asked[2]).toBeGreaterThanOrEqual(30);
});
