import { randomUUID } from 'node:crypto';
import { readdir, truncate, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { callIdFor } from '../../contracts/base/ids.js';
import { createLog } from '../../telemetry/log.js';
import { MAX_OBJECT_BYTES } from '../../versions/format/verify.js';
import { scratchFiles } from './scratch-files.js';
import { sweepScratch, type ScratchSweepDeps } from './scratch-sweep.js';
import { freshFolder } from '../../../test/support/own-folder.js';

const dataDir = freshFolder();

const there = () => readdir(path.join(dataDir, 'scratch')).catch(() => []);

describe('C4: files that go into a run and come out of it', () => {
  it('lie beside its scratch folder until they are removed, what it made as well', async () => {
    const callId = callIdFor(randomUUID(), 1);
    const files = scratchFiles(dataDir, callId);
    const parcel = await files.put('parent', Buffer.from('parcel'));
    expect(path.basename(parcel).startsWith(`${callId}.`)).toBe(true);
    expect(await files.take('object')).toBeNull();
    await writeFile(files.place('object'), 'made');
    expect(String(await files.take('object'))).toBe('made');
    await files.remove();
    expect(await there()).toEqual([]);
  });

  it('of two deliveries of one activity are not the same', async () => {
    const callId = callIdFor(randomUUID(), 1);
    const [one, other] = [scratchFiles(dataDir, callId), scratchFiles(dataDir, callId)];
    await one.put('parcel', Buffer.from('one'));
    await other.put('parcel', Buffer.from('other'));
    await one.remove();
    expect(String(await other.take('parcel'))).toBe('other');
  });

  it('are not read when they are larger than any version', async () => {
    const files = scratchFiles(dataDir, callIdFor(randomUUID(), 1));
    await truncate(await files.put('object', Buffer.alloc(0)), MAX_OBJECT_BYTES + 1);
    await expect(files.take('object')).rejects.toMatchObject({ kind: 'CandidateRefused' });
  });

  it('are swept when their worker was killed and their job has no such attempt', async () => {
    const [open, ended] = [randomUUID(), randomUUID()];
    const jobs = {
      get: async (id: string) => ({ status: id === open ? 'processing' : 'failed', attempt: 2 }),
    };
    const store = { jobs, actions: { get: async () => null } };
    for (const call of [callIdFor(open, 1), callIdFor(open, 2), callIdFor(ended, 2)]) {
      const file = await scratchFiles(dataDir, call).put('parent', Buffer.from('x'));
      await utimes(file, 0, 0);
    }
    await scratchFiles(dataDir, callIdFor(ended, 3)).put('object', Buffer.from('fresh'));
    const deps = { dataDir, store: store as unknown as ScratchSweepDeps['store'] };
    expect(await sweepScratch({ ...deps, log: createLog('test') })).toBe(2);
    const calls = (await there()).map((name) => name.split('.', 2).join('.'));
    expect(calls.sort()).toEqual([callIdFor(open, 2), callIdFor(ended, 3)].sort());
  });
});
