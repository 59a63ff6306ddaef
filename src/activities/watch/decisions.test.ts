import { describe, expect, it } from 'vitest';
import { TASK_KIND } from '../../temporal/task-queues.js';
import { missingQueues } from '../../temporal/versions.js';
import { mayEnd } from './broken-runs.js';
import { isGone } from './stranded-runs.js';

describe('I2: broken runs', () => {
  it('are ended one by one until there are more than 10, those of a moment ago included', () => {
    expect(mayEnd(1, 0)).toBe(true);
    expect(mayEnd(10, 0)).toBe(true);
    expect(mayEnd(2, 8)).toBe(true);
    expect(mayEnd(11, 0)).toBe(false);
    expect(mayEnd(1, 10)).toBe(false);
  });
});

describe('I1: nobody works for a build any more', () => {
  const polls = new Map([
    ['idle', 100_000],
    ['new', 159_000],
  ]);

  it('when its last poll is older than a poll can be, by the clock of the server', () => {
    expect(isGone('idle', polls, 0)).toBe(false);
    expect(isGone('new', polls, 0)).toBe(false);
    expect(isGone('idle', new Map([...polls, ['new', 180_000]]), 0)).toBe(true);
  });

  it('when the queue has not named it for a minute', () => {
    expect(isGone('absent', polls, 59_000)).toBe(false);
    expect(isGone('absent', polls, 60_000)).toBe(true);
  });
});

describe('I1: a build may become current', () => {
  const queues = ['main', 'long'];
  const polled = [
    { name: 'main', kind: TASK_KIND.workflow },
    { name: 'main', kind: TASK_KIND.activity },
  ];

  it('when its workers poll every queue, the one of workflows for both kinds of tasks', () => {
    expect(missingQueues(queues, 'main', polled)).toEqual(['long']);
    const all = [...polled, { name: 'long', kind: TASK_KIND.activity }];
    expect(missingQueues(queues, 'main', all)).toEqual([]);
    expect(missingQueues(queues, 'main', all.slice(1))).toEqual(['main']);
  });
});
