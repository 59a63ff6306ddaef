import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { changeOf } from '../../test/support/project-change.js';
import type { ChangedProject } from '../store/tables/project-changes.js';
import { ProjectFollows, type Follower } from './project-follows.js';

const INTERVAL_MS = 5;
const log = pino({ level: 'silent' });

/** A counter per project, as the database keeps it, and every question that was asked. */
function counters() {
  const numbers = new Map<string, number>();
  const asked: ReadonlyMap<string, number>[] = [];
  let isAway = false;
  const follows = new ProjectFollows({
    log,
    intervalMs: INTERVAL_MS,
    changes: async (places) => {
      asked.push(places);
      if (isAway) throw new Error('away');
      return [...places].flatMap(([id, since]): ChangedProject[] => {
        const changeNo = numbers.get(id);
        if (changeNo === undefined) return [{ id }];
        return changeNo > since ? [changeOf(id, changeNo)] : [];
      });
    },
  });
  return { numbers, asked, follows, away: (value: boolean) => (isAway = value) };
}

function listener(projectId: string) {
  const heard: ChangedProject[] = [];
  const follower: Follower = { projectId, take: async (news) => void heard.push(news) };
  return { heard, follower };
}

describe('K2: all followed projects of an instance', () => {
  it('are asked for together, and not at all while nobody follows', async () => {
    const { numbers, asked, follows } = counters();
    numbers.set('a', 3).set('b', 0);
    const [one, two] = [listener('a'), listener('b')];
    follows.add(one.follower);
    follows.add(two.follower);
    await expect.poll(() => [one.heard.length, two.heard.length]).toEqual([1, 1]);
    expect(asked[0]).toEqual(
      new Map([
        ['a', -1],
        ['b', -1],
      ]),
    );
    numbers.set('a', 4);
    await expect.poll(() => one.heard).toHaveLength(2);
    expect(two.heard).toHaveLength(1);
    follows.remove(one.follower);
    follows.remove(two.follower);
    // Bare time: the last question ends
    await new Promise((resolve) => setTimeout(resolve, 4 * INTERVAL_MS));
    const { length } = asked;
    // Bare time: time for eight more
    await new Promise((resolve) => setTimeout(resolve, 8 * INTERVAL_MS));
    expect(asked).toHaveLength(length);
  });

  it('tell a newcomer from before it came, whatever others were told', async () => {
    const { numbers, follows } = counters();
    numbers.set('a', 1);
    const [first, late] = [listener('a'), listener('a')];
    follows.add(first.follower);
    await expect.poll(() => first.heard).toHaveLength(1);
    follows.add(late.follower);
    await expect.poll(() => late.heard).toHaveLength(1);
    for (const { follower } of [first, late]) follows.remove(follower);
  });

  it('come again when the database was away, or a follower could not be told', async () => {
    const { numbers, asked, follows, away } = counters();
    numbers.set('a', 1);
    away(true);
    let tries = 0;
    const follower: Follower = {
      projectId: 'a',
      take: async () => {
        tries += 1;
        if (tries === 1) throw new Error('away');
      },
    };
    follows.add(follower);
    await expect.poll(() => asked.length).toBeGreaterThan(2);
    expect(tries).toBe(0);
    away(false);
    await expect.poll(() => tries).toBe(2);
    follows.remove(follower);
  });
});
