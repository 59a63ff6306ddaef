import { describe, expect, it } from 'vitest';
import { TapeInputs } from '../../contracts/game/tape.js';
import { chanceOf } from '../../game-page/chance.js';
import type { View } from './moves.js';
import { POLICIES, type PolicyName } from './policies.js';

/** What a policy does in so many steps, before things that fall. */
function played(name: PolicyName, seed: number, steps = 20) {
  const policy = POLICIES[name](chanceOf(seed));
  let nowMs = 500;
  return Array.from({ length: steps }, (_, at) => {
    const view: View = {
      nowMs,
      things: [
        { name: 'ball', x: 40 + 10 * at, y: 300 + at },
        { name: 'rock', x: 300, y: 20 * at },
      ],
      targets: [{ name: '#jump', x: 200, y: 700 }],
    };
    const step = policy(view);
    nowMs += step.forMs;
    return { view, ...step, untilMs: nowMs };
  });
}

describe.each(Object.keys(POLICIES) as PolicyName[])('the policy %s (P3)', (name) => {
  it('is a function of its chance and of what it sees', () => {
    expect(played(name, 1)).toEqual(played(name, 1));
    const several = [1, 2, 3, 4, 5, 6, 7, 8].map((seed) => JSON.stringify(played(name, seed)));
    expect(new Set(several).size).toBeGreaterThan(1);
  });

  it('does what a tape can hold, within its step and on the screen', () => {
    for (const seed of [1, 2, 3]) {
      const steps = played(name, seed);
      const inputs = steps.flatMap((step) => step.inputs);
      expect(TapeInputs.parse(inputs)).toEqual(inputs);
      for (const { view, inputs: now, untilMs, forMs } of steps) {
        expect([forMs % 100, now.length > 0]).toEqual([0, true]);
        expect(now.every(({ atMs }) => atMs >= view.nowMs && atMs <= untilMs)).toBe(true);
      }
    }
  });
});

it('P3: a finger follows what it has chosen, once it has found out what it moves', () => {
  const xs = (seed: number) =>
    played('follow', seed).flatMap(({ inputs }) =>
      inputs.flatMap((each) => ('x' in each ? [each.x] : [])),
    );
  const followed = [1, 2, 3, 4, 5, 6, 7, 8].map(xs);
  const ball = Array.from({ length: 17 }, (_, at) => 70 + 10 * at);
  expect(followed).toContainEqual([195, 255, 195, ...ball]);
});
