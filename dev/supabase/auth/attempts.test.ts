import { describe, expect, it } from 'vitest';
import { GuestAttempts, PasswordAttempts } from './attempts.js';

const WINDOW_MS = 15 * 60_000;
const LIMITS = {
  perAccount: 3,
  perAddress: 8,
  checks: 2,
  waiting: 16,
  windowMs: WINDOW_MS,
  guestsPerHour: 3,
};
const wrong = () => Promise.resolve(undefined);
const right = () => Promise.resolve('user');

function attempts() {
  const clock = { ms: 0 };
  const all = new PasswordAttempts(LIMITS, () => clock.ms);
  /** Seconds to wait, or what the check found. */
  const tried = (account: string, address: string, check: () => Promise<string | undefined>) =>
    all
      .check(account, address, check)
      .catch((error: { headers: Record<string, string> }) => Number(error.headers['retry-after']));
  return { all, clock, tried };
}

describe('wrong passwords', () => {
  it('pause an account for their address, longer each time; the right one ends it', async () => {
    const { clock, tried } = attempts();
    for (let time = 1; time <= 3; time += 1) expect(await tried('a', 'x', wrong)).toBeUndefined();
    expect(await tried(' A ', 'x', right)).toBe(1);
    clock.ms += 1_000;
    expect(await tried('a', 'x', wrong)).toBeUndefined();
    expect(await tried('a', 'x', right)).toBe(2);
    expect(await tried('b', 'x', right), 'another account').toBe('user');
    expect(await tried('a', 'y', right), 'another address').toBe('user');
    clock.ms += 2_000;
    expect(await tried('a', 'x', right)).toBe('user');
    for (let time = 1; time <= 2; time += 1) expect(await tried('a', 'x', wrong)).toBeUndefined();
    expect(await tried('a', 'x', right)).toBe('user');
  });

  it('pause an address for all accounts, and an account for all addresses, later', async () => {
    const { tried } = attempts();
    for (const account of 'abcdefgh') await tried(account, 'x', wrong);
    expect(await tried('i', 'x', right)).toBe(1);
    for (const address of '12345678') await tried('j', address, wrong);
    expect(await tried('j', '9', right)).toBe(1);
  });

  it('are forgotten after a quarter of an hour', async () => {
    const { clock, tried } = attempts();
    for (let time = 1; time <= 2; time += 1) await tried('a', 'x', wrong);
    clock.ms += WINDOW_MS;
    await tried('a', 'x', wrong);
    expect(await tried('a', 'x', right)).toBe('user');
  });

  it('wait for each other, and what waits behind a pause is not checked at all', async () => {
    const { tried } = attempts();
    let [running, most, checks] = [0, 0, 0];
    const slow = async (): Promise<undefined> => {
      [running, checks] = [running + 1, checks + 1];
      most = Math.max(most, running);
      // Bare time: a check takes a moment
      await new Promise((resolve) => setTimeout(resolve, 5));
      running -= 1;
      return undefined;
    };
    const heard = await Promise.all(Array.from({ length: 200 }, () => tried('a', 'x', slow)));
    expect(most).toBe(2);
    expect(checks).toBeLessThanOrEqual(4);
    expect(heard.filter((seconds) => seconds === undefined)).toHaveLength(checks);
    expect(heard.filter((seconds) => Number(seconds) > 0)).toHaveLength(200 - checks);
  });
});

it('an address has so many guests within an hour, each address its own', () => {
  let nowMs = 0;
  const guests = new GuestAttempts(LIMITS, () => nowMs);
  const take = (address: string) => {
    try {
      return guests.take(address);
    } catch (error) {
      return Number((error as { headers: Record<string, string> }).headers['retry-after']);
    }
  };
  for (let guest = 1; guest <= 3; guest += 1) {
    expect(take('x')).toBeUndefined();
    nowMs += 60_000;
  }
  expect(take('x')).toBe(57 * 60);
  expect(take('y')).toBeUndefined();
  nowMs = 60 * 60_000;
  expect(take('x')).toBeUndefined();
  expect(take('x')).toBe(60);
});
