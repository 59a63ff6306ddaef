import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { PROJECT_ROOT } from '../../src/config.js';

const kept = new Map<string, string>();
vi.stubGlobal('sessionStorage', {
  getItem: (key: string) => kept.get(key) ?? null,
  setItem: (key: string, value: string) => void kept.set(key, value),
  removeItem: (key: string) => void kept.delete(key),
});
afterAll(() => vi.unstubAllGlobals());
beforeEach(() => kept.clear());

const { gameLeft, guestKept } = (await import(
  String(pathToFileURL(path.join(PROJECT_ROOT, 'public', 'js', 'net', 'return-to.ts')))
)) as Record<'gameLeft' | 'guestKept', Slot>;
interface Slot {
  put: (value: unknown) => void;
  read: () => unknown;
  take: () => unknown;
}

describe('what a tab keeps for the next page', () => {
  it('is the token of a guest as it was put, or as a build of before has left it', () => {
    const token = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln';
    guestKept.put(token);
    expect(guestKept.take()).toBe(token);
    expect(guestKept.take()).toBeNull();
    kept.set('dreamcore_left_guest', token);
    expect(guestKept.take()).toBe(token);
    expect(kept.size).toBe(0);
  });

  it('is nothing where it cannot be read', () => {
    kept.set('dreamcore_left_game', '{"title"');
    expect(gameLeft.read()).toBeNull();
  });
});
