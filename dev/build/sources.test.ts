import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { sourcesId } from './sources.js';
import { freshFolder } from '../../test/support/own-folder.js';

describe('the name of a build', () => {
  const root = freshFolder();
  beforeEach(async () => {
    await mkdir(path.join(root, 'src'));
    await writeFile(path.join(root, 'src/a.ts'), 'a');
  });

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
