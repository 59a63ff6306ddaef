import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createFileObjectStore } from '../../../src/objects/file-object-store.js';
import { readAll } from '../../../src/objects/object-store.js';
import { createVersions } from '../../../src/versions/kept/versions.js';
import { makeVersion, PlacesInMemory } from '../../support/versions.js';

/**
 * Power cuts: a copy of a disk's image, taken while it is mounted, is what a machine would find
 * after one. The journal's own timer is kept out, so that only what was synced is there.
 */
const run = promisify(execFile);
const DISK_BYTES = 64 * 1024 * 1024;
const [PROJECT, JOB] = [randomUUID(), randomUUID()];

let base: string;
let dataDir: string;
const mounted: string[] = [];

beforeEach(async () => {
  base = await mkdtemp(path.join(tmpdir(), 'dreamcore-power-cut-'));
  const image = path.join(base, 'disk.img');
  const handle = await open(image, 'w');
  await handle.truncate(DISK_BYTES);
  await handle.close();
  await run('mkfs.ext4', ['-q', '-F', image]);
  dataDir = await mount(image, 'before');
});
afterEach(async () => {
  for (const folder of mounted.splice(0)) await run('umount', ['--lazy', folder]);
  await rm(base, { recursive: true, force: true });
});

async function mount(image: string, name: string): Promise<string> {
  const folder = path.join(base, name);
  await mkdir(folder);
  await run('mount', ['-o', 'loop,commit=300', image, folder]);
  mounted.push(folder);
  return folder;
}

/** What is on the disk after the power went now; mounting it replays the journal. */
async function cutPower(): Promise<string> {
  await copyFile(path.join(base, 'disk.img'), path.join(base, 'after.img'));
  return mount(path.join(base, 'after.img'), 'after');
}

it('E4: a version that counts as saved is whole after a power cut', async () => {
  const rows = new PlacesInMemory();
  const versions = createVersions(createFileObjectStore(dataDir), rows);
  const make = (html: string, parent: string | null) =>
    makeVersion(versions, { projectId: PROJECT, workId: JOB }, { 'index.html': html }, { parent });
  const first = await make('<p>1</p>', null);
  rows.publish(PROJECT, first.revision, first.place);
  await run('sync', ['-f', dataDir]);
  const second = await make('<p>2</p>', first.revision);
  const after = createVersions(createFileObjectStore(await cutPower()), rows);
  for (const [{ revision }, html] of [
    [first, '<p>1</p>'],
    [second, '<p>2</p>'],
  ] as const) {
    const version = { projectId: PROJECT, workId: JOB, revision };
    expect(String(await after.readFile(version, 'index.html'))).toBe(html);
  }
});

it('E4: the first version of a new project is there after a power cut', async () => {
  const versions = createVersions(createFileObjectStore(dataDir), new PlacesInMemory());
  const work = { projectId: PROJECT, workId: JOB };
  const { revision } = await makeVersion(versions, work, { 'index.html': '<p>1</p>' });
  const after = createVersions(createFileObjectStore(await cutPower()), new PlacesInMemory());
  expect(String(await after.readFile({ ...work, revision }, 'index.html'))).toBe('<p>1</p>');
});

it('E4: an object that counts as kept has all its bytes after a power cut', async () => {
  const bytes = Buffer.alloc(300_000, 7);
  await createFileObjectStore(dataDir).put('images/one', bytes);
  const after = createFileObjectStore(await cutPower());
  expect((await readAll(after, 'images/one'))?.equals(bytes)).toBe(true);
});
