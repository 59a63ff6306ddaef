import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, onTestFinished } from 'vitest';

/** A folder for the test that runs; it goes with the test. */
export function testFolder(): string {
  const { folder, remove } = newFolder();
  onTestFinished(remove);
  return folder;
}

/** A folder for the tests of a file, or of a `describe`; it goes after the last of them. */
export function fileFolder(): string {
  const { folder, remove } = newFolder();
  afterAll(remove);
  return folder;
}

function newFolder(): { folder: string; remove: () => Promise<void> } {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'dreamcore-test-'));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}
