import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256Of } from '../../src/contracts/base/hashes.js';
import { createFileObjectStore } from '../../src/objects/file-object-store.js';
import type { NamedBytes } from './backups.js';
import { isWhole, lostBytes, lostRows, type Restored } from './restores.js';

const named = (...keys: string[]): NamedBytes => new Map(keys.map((key) => [key, null]));

describe('rows of a restore', () => {
  const looks = [
    { beganMs: 0, endedMs: 1, named: named('p/a', 'p/deleted') },
    { beganMs: 10, endedMs: 11, named: named('p/a', 'p/b') },
    { beganMs: 20, endedMs: 21, named: named('p/a', 'p/b', 'p/later') },
  ];
  const uploads = [{ hash: 'h', answeredMs: 4 }];
  const lost = (rows: NamedBytes) => lostRows({ backups: { looks }, uploads }, rows, 5);
  const upload = ['a/h', 'h'] as const;

  it('of its moment are there; those that came or went around it may be', () => {
    expect(lost(new Map([...named('p/a'), upload]))).toEqual([]);
    expect(lost(new Map([...named('p/a', 'p/b', 'p/deleted'), upload]))).toEqual([]);
  });

  it('one that was there before and after, one of a later time, and an upload are missed', () => {
    expect(lost(new Map([upload]))).toEqual(['row: p/a']);
    expect(lost(new Map([...named('p/a', 'p/later'), upload]))).toEqual([
      'row of a later time: p/later',
    ]);
    expect(lost(named('p/a'))).toEqual(['upload: h']);
  });
});

describe('bytes of a restore', () => {
  let dataDir = '';
  beforeAll(async () => {
    dataDir = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-restores-'));
    await createFileObjectStore(dataDir).put('p/a', Buffer.from('a'));
  });
  afterAll(() => rm(dataDir, { recursive: true, force: true }));
  const seenAs = (hash: string) => new Map([['p/a', { sinceMs: 1, hashes: new Set([hash]) }]]);
  const lost = (rows: NamedBytes, seen = seenAs(sha256Of('a')), last = new Set<string>()) =>
    lostBytes({ seen, last }, rows, { objects: createFileObjectStore(dataDir), back: 5 });

  it('are what the row promises and what was seen', async () => {
    expect(await lost(new Map([['p/a', sha256Of('a')]]))).toEqual([]);
    expect(await lost(new Map([['p/a', sha256Of('b')]]))).toEqual(['other bytes: p/a']);
    expect(await lost(named('p/a'), seenAs(sha256Of('b')))).toEqual(['other bytes: p/a']);
    expect(await lost(named('p/gone'))).toEqual(['bytes: p/gone']);
  });

  it('without a row are there when they stayed to the end', async () => {
    const seen = new Map([['t/x', { sinceMs: 1, hashes: new Set(['x']) }]]);
    expect(await lost(named(), seen)).toEqual([]);
    expect(await lost(named(), seen, new Set(['t/x']))).toEqual(['bytes: t/x']);
  });
});

it('a restore that is older than five minutes is none', () => {
  const restored: Restored = {
    ...{ moment: new Date(0), how: 'lost disk', restoreMs: 1, startMs: 1, verifyMs: 1 },
    ...{ rows: 1, broughtBack: 0, lost: [], ageMs: 300_000 },
  };
  expect(isWhole(restored)).toBe(true);
  expect(isWhole({ ...restored, ageMs: 300_001 })).toBe(false);
  expect(isWhole({ ...restored, lost: ['row: p/a'] })).toBe(false);
  expect(isWhole({ ...restored, ageMs: NaN })).toBe(false);
});
