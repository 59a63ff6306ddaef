import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sourcesId } from './sources.js';

describe('the name of a build', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-sources-'));
    await mkdir(path.join(root, 'src'));
    await writeFile(path.join(root, 'src/a.ts'), 'a');
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  it('O2: is found where an older commit has fewer folders than this one', async () => {
    expect(await sourcesId(root)).toMatch(/^[0-9a-f]{16}$/);
  });

  it('O2: is another one when the schema is: the build states its range', async () => {
    const before = await sourcesId(root);
    await mkdir(path.join(root, 'supabase/migrations'), { recursive: true });
    await writeFile(path.join(root, 'supabase/migrations/0013_next.sql'), 'select 1');
    expect(await sourcesId(root)).not.toBe(before);
  });
});
