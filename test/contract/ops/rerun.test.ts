import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packParts, unpackParts } from '../../../src/ops/archive/tar.js';
import { newPlayer, say } from '../../support/player.js';
import { sharedStack } from '../../support/shared-stack.js';
import { commandOn } from './command.js';

const dreamcore = commandOn(sharedStack());
let dir: string;
let archive: string;
/** Jobs of one project: a new game, and a change of it. */
let [made, changed] = ['', ''];

beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'dreamcore-reruns-'));
  archive = path.join(dir, 'case.tar.gz');
  const player = await newPlayer(sharedStack());
  made = await say(player);
  await player.listener.until(({ type }) => type === 'completed');
  const from = player.listener.frames.length;
  changed = await say(player, 'もっと速くして');
  await player.listener.until(({ type }) => type === 'completed', from);
  player.listener.close();
  await dreamcore('export', changed, '--out', archive);
});
afterAll(() => rm(dir, { recursive: true, force: true }));

async function elsewhere(name: string, file: string) {
  const dataDir = path.join(dir, name);
  await mkdir(dataDir);
  const there = commandOn({ dataDir });
  expect((await there('import', file)).code).toBe(0);
  return there;
}

/** The archive with its recording changed. */
async function withRecording(name: string, change: (text: string) => string): Promise<string> {
  const parts = new Map(await unpackParts(archive));
  const recording = parts.get('recordings/1.jsonl.gz') ?? Buffer.alloc(0);
  parts.set('recordings/1.jsonl.gz', gzipSync(change(gunzipSync(recording).toString())));
  const file = path.join(dir, `${name}.tar.gz`);
  await writeFile(file, await packParts(parts));
  return file;
}

describe('E9: a recorded attempt is done once more', () => {
  it.each([
    ['a new game', () => made],
    ['a change of a game', () => changed],
  ])('%s comes out the same where it ran', async (_what, idOf) => {
    const rerun = await dreamcore('rerun', idOf(), '--recorded', '--json');
    expect(rerun.code, rerun.out + rerun.err).toBe(0);
    const told = JSON.parse(rerun.out) as { files: number; exchanges: Record<string, number> };
    expect(told).toMatchObject({ difference: null, recorded: 'a candidate', now: 'a candidate' });
    expect(told.files).toBeGreaterThan(0);
    expect(told.exchanges['recorded']).toBe(told.exchanges['now']);
  });

  it('comes out the same on a machine that has the archive and nothing else', async () => {
    const there = await elsewhere('same', archive);
    const rerun = await there('rerun', changed, '--recorded');
    expect(rerun.out).toMatch(/^The same: \d+ file\(s\), byte for byte\.$/m);
    expect(rerun.code).toBe(0);
  });

  it('says the first line that comes out otherwise', async () => {
    const file = await withRecording('other', (text) => text.replaceAll('速く', '遅く'));
    const there = await elsewhere('other', file);
    const rerun = await there('rerun', changed, '--recorded');
    expect(rerun.out).toMatch(/^First difference: .*recorded .*, now /m);
    expect(rerun.code).toBe(1);
  });

  it('says what it lacks', async () => {
    const nobody = '00000000-0000-4000-8000-000000000000';
    expect((await dreamcore('rerun', nobody, '--recorded')).err).toBe(
      `No job has the id ${nobody}.\n`,
    );
    expect((await dreamcore('rerun', made, '--recorded', '--attempt', '9')).err).toBe(
      `There is no such recording of ${made} here; attempts: 1.\n`,
    );
    expect((await dreamcore('rerun', made)).err).toContain("'--recorded'");
    const cut = await withRecording('cut', (text) => text.split('\n').slice(0, 4).join('\n'));
    const there = await elsewhere('cut', cut);
    expect((await there('rerun', changed, '--recorded')).err).toContain('does not hold the end');
  });
});
