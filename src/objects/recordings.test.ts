import { utimes } from 'node:fs/promises';
import path from 'node:path';
import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { createFileObjectStore } from './file-object-store.js';
import { createRecordings, type Recordings } from './recordings.js';
import { freshFolder } from '../../test/support/own-folder.js';

const dataDir = freshFolder();
let recordings: Recordings;
const [projectId, jobId] = [randomUUID(), randomUUID()];

beforeEach(async () => {
  recordings = createRecordings(createFileObjectStore(dataDir));
});

describe('E8: recordings of runs', () => {
  it('are listed by attempt and read; a second post takes the place of the first', async () => {
    for (const attempt of [10, 2, 2])
      await recordings.keep({ projectId, jobId, attempt }, Buffer.from(`a${attempt}`));
    const found = await recordings.list(projectId, jobId);
    expect(found.map(({ attempt, key }) => [attempt, key])).toEqual([
      [2, `recordings/${projectId}/${jobId}/2.jsonl.gz`],
      [10, `recordings/${projectId}/${jobId}/10.jsonl.gz`],
    ]);
    expect(await recordings.read({ projectId, jobId, attempt: 2 })).toEqual(Buffer.from('a2'));
    expect(await recordings.read({ projectId, jobId, attempt: 3 })).toBeNull();
  });

  it('F2: go with their project', async () => {
    const other = randomUUID();
    await recordings.keep({ projectId, jobId, attempt: 1 }, Buffer.from('x'));
    await recordings.keep({ projectId: other, jobId, attempt: 1 }, Buffer.from('y'));
    await recordings.removeProject(projectId);
    expect(await recordings.list(projectId, jobId)).toEqual([]);
    expect(await recordings.list(other, jobId)).toHaveLength(1);
  });

  it('go when they are old', async () => {
    await recordings.keep({ projectId, jobId, attempt: 1 }, Buffer.from('x'));
    await recordings.keep({ projectId, jobId, attempt: 2 }, Buffer.from('y'));
    const old = path.join(dataDir, 'objects/recordings', projectId, jobId, '1.jsonl.gz');
    await utimes(old, 1, 1);
    expect(await recordings.removeOld(60_000)).toBe(1);
    expect((await recordings.list(projectId, jobId)).map(({ attempt }) => attempt)).toEqual([2]);
  });

  it('are named by ids only', async () => {
    await expect(
      recordings.keep({ projectId: '../x', jobId, attempt: 1 }, Buffer.from('x')),
    ).rejects.toThrow('ids are UUIDs');
  });
});
