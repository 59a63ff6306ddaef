import { mkdirSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach } from 'vitest';

/** A folder for the tests of a file, or of a `describe`, that is empty when each of them begins. */
export function freshFolder(): string {
  const folder = fileFolder();
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  });
  return folder;
}

/** A folder for the tests of a file, or of a `describe`; it goes after the last of them. */
export function fileFolder(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'dreamcore-test-'));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
