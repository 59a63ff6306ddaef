import { chmod, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { isReachable, pickAccount } from './location.js';
import { freshFolder } from '../../test/support/own-folder.js';

describe('the account to run as', () => {
  it('prefers PostgreSQL’s own, then nobody', () => {
    const nobody = 'nobody:x:65534:65533:nobody:/:/sbin/nologin';
    expect(
      pickAccount(`root:x:0:0::/root:/bin/sh\n${nobody}\npostgres:x:101:104::/:/bin/sh\n`),
    ).toEqual({ uid: 101, gid: 104 });
    expect(pickAccount(nobody)).toEqual({ uid: 65_534, gid: 65_533 });
  });

  it('never takes root, a negative id or a broken line', () => {
    expect(pickAccount('postgres:x:0:0::/:/bin/sh\nnobody:*:-2:-2::/:/bin/sh\n')).toBeUndefined();
    expect(pickAccount('postgres\nnobody:x:many:1::\n')).toBeUndefined();
    expect(pickAccount('')).toBeUndefined();
  });
});

describe('whether an account reaches a folder', () => {
  const folder = freshFolder();
  beforeEach(async () => {
    await mkdir(path.join(folder, 'inner'));
  });

  it('one private folder on the way is enough to keep it out', async () => {
    const stranger = { uid: 4_711_001, gid: 4_711_001 };
    await chmod(folder, 0o700);
    expect(await isReachable(path.join(folder, 'inner'), stranger)).toBe(false);
    await chmod(folder, 0o711);
    expect(await isReachable(path.join(folder, 'inner'), stranger)).toBe(true);
  });

  it('the owner passes, and so do we ourselves', async () => {
    await chmod(folder, 0o700);
    expect(await isReachable(folder, { uid: process.getuid?.() ?? 0, gid: 0 })).toBe(true);
    expect(await isReachable(folder, undefined)).toBe(true);
  });
});
