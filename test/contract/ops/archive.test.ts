import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packParts, unpackParts } from '../../../src/ops/archive/tar.js';
import { newPlayer, say } from '../../support/player.js';
import { sharedStack } from '../../support/shared-stack.js';
import { commandOn } from './command.js';
import { sample } from '../../scope.js';

const dreamcore = commandOn(sharedStack());
let dir: string;
let archive: string;
/** A job that is completed, and the token of its user. */
let [id, token] = ['', ''];

beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'dreamcore-archives-'));
  archive = path.join(dir, 'case.tar.gz');
  const player = await newPlayer(sharedStack());
  token = player.user.accessToken;
  id = await say(player);
  await player.listener.until(({ type }) => type === 'completed');
  player.listener.close();
});
afterAll(() => rm(dir, { recursive: true, force: true }));

/** Another machine, on which nothing ran. */
async function elsewhere(name: string) {
  const dataDir = path.join(dir, name);
  await mkdir(dataDir);
  return { dataDir, dreamcore: commandOn({ dataDir }) };
}

/** What must never leave this machine, and where it stands. */
async function secretsHere(): Promise<[string, string][]> {
  const { env, dataDir } = sharedStack();
  const named = Object.entries(env).filter(([name]) => /KEY|SECRET|TOKEN/.test(name));
  const folder = path.join(dataDir, 'secrets');
  const kept = await Promise.all(
    (await readdir(folder)).map(async (name): Promise<[string, string]> => [
      name,
      (await readFile(path.join(folder, name), 'utf8')).trim(),
    ]),
  );
  expect(Math.min(named.length, kept.length)).toBeGreaterThan(1);
  return [...named, ...kept];
}

/** All texts of an archive, payloads and recordings unpacked. */
async function textsOf(file: string): Promise<string> {
  const parts = [...(await unpackParts(file))].map(([name, bytes]) => {
    if (name.endsWith('.gz')) return gunzipSync(bytes).toString();
    const text = bytes.toString('latin1');
    const data = [...text.matchAll(/"data": ?"([A-Za-z0-9+/=]+)"/g)];
    return [text, ...data.map(([, base64 = '']) => Buffer.from(base64, 'base64'))].join('\n');
  });
  return parts.join('\n');
}

/** What an archive says why it is refused, and how it came to be so. */
const TAMPERED: [string, (parts: Map<string, Buffer>) => void][] = [
  ['no job.json', (parts) => parts.delete('job.json')],
  ['not JSON', (parts) => parts.set('job.json', Buffer.from('{'))],
  ['another job', (parts) => parts.set('job.json', change(parts, { id: randomId }))],
  ['does not name', (parts) => parts.set('job.json', change(parts, { versions: [] }))],
  [
    'does not hold',
    (parts) => parts.set('job.json', change(parts, { versions: ['0'.repeat(40)] })),
  ],
  [
    'not a version',
    (parts) => {
      const [name = '', bytes] = [...parts].find(([each]) => each.endsWith('.parcel')) ?? [];
      const damaged = Buffer.from(bytes ?? '');
      damaged.writeUInt8(damaged.readUInt8(0) ^ 1, 0);
      parts.set(name, damaged);
    },
  ],
];

describe('E9: what a job left goes to another machine', () => {
  it('as one file with everything in it, and no key and no token', async () => {
    const exported = await dreamcore('export', id, '--out', archive);
    expect(exported).toMatchObject({ code: 0, err: '' });
    expect(exported.out).toMatch(/^.*case\.tar\.gz \(\d+ bytes\)/);
    expect(exported.out).not.toContain('not in it');
    const parts = await unpackParts(archive);
    const job = JSON.parse(String(parts.get('job.json'))) as {
      chat: { role: string }[];
      versions: string[];
    };
    expect(job.versions).toHaveLength(1);
    expect([...parts.keys()].sort()).toEqual([
      'history.json',
      'job.json',
      'log.jsonl',
      'recordings/1.jsonl.gz',
      'stream.json',
      `versions/${job.versions[0]}.parcel`,
    ]);
    expect(job.chat.map(({ role }) => role)).toEqual(['user', 'assistant']);
    const texts = await textsOf(archive);
    expect(texts).toContain(id);
    for (const [what, value] of [...(await secretsHere()), ['the user', token] as const])
      expect(texts.includes(value), what).toBe(false);
  });

  it('has the lines of containers that name it, and none of their other lines', async () => {
    const [logs, file] = [path.join(dir, 'containers.log'), path.join(dir, 'logs.tar.gz')];
    const lines = [`{"msg":"read","jobId":"${id}"}`, '{"msg":"of another","jobId":"x"}'];
    await writeFile(logs, lines.map((line) => `worker-1  | ${line}\n`).join(''));
    expect(await dreamcore('export', id, '--out', file, '--log', logs)).toMatchObject({ code: 0 });
    const kept = String((await unpackParts(file)).get('log.jsonl')).split('\n');
    expect(kept).toContain(lines[0]);
    expect(kept.join('')).not.toContain('of another');
    const none = await dreamcore('export', id, '--out', file, '--log', `${logs}.none`);
    expect(none.code).toBe(1);
    expect(none.err).toContain('containers.log.none');
  });

  it('is shown and replayed there, without a database and without Temporal', async () => {
    const there = await elsewhere('shown');
    const imported = await there.dreamcore('import', archive);
    expect(imported.out).toContain(`npx dreamcore show ${id}`);
    const here = await dreamcore('show', id);
    const shown = await there.dreamcore('show', id);
    expect(shown.out).toContain('this is an import, exported');
    const steps = (text: string) => /Steps\n[\s\S]*?\n\n/.exec(text)?.[0];
    expect(steps(shown.out)).toBe(steps(here.out));
    const file = /attempt 1 \(\d+ bytes\) (\S+)/.exec(shown.out)?.[1] ?? '';
    expect(file).toContain(there.dataDir);
    expect(existsSync(file)).toBe(true);
    expect((await there.dreamcore('replay', id)).out).toContain(' replays on build ');
    const again = await there.dreamcore('import', archive, '--json');
    expect(JSON.parse(again.out)).toMatchObject({ id });
  });

  it.each(
    sample('what was tampered with is found by one reader', TAMPERED, [TAMPERED[2]!, TAMPERED[5]!]),
  )('is refused there when it was tampered with (%s), and leaves nothing', async (why, tamper) => {
    const there = await elsewhere(`refused-${why.replaceAll(' ', '-')}`);
    const parts = new Map(await unpackParts(archive));
    tamper(parts);
    const file = path.join(dir, 'tampered.tar.gz');
    await writeFile(file, await packParts(parts));
    const imported = await there.dreamcore('import', file);
    expect(imported.code).toBe(1);
    expect(imported.err).toContain('This is not an archive of');
    expect(imported.err).toContain(why);
    expect(await readdir(path.join(there.dataDir, 'imports')).catch(() => [])).toEqual([]);
  });
});

const randomId = '00000000-0000-4000-8000-000000000000';

function change(parts: Map<string, Buffer>, changes: object): Buffer {
  const job = JSON.parse(String(parts.get('job.json'))) as object;
  return Buffer.from(JSON.stringify({ ...job, ...changes }));
}
