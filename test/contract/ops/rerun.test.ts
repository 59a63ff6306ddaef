import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { spritePath } from '../../../src/contracts/game/brief.js';
import { attachedName } from '../../../src/domain/assets/attached-images.js';
import { assetAddress } from '../../../src/domain/publishing/published-files.js';
import { packParts, unpackParts } from '../../../src/ops/archive/tar.js';
import { createStore } from '../../../src/store/index.js';
import { log } from '../../support/database.js';
import { newAsset } from '../../support/own-assets.js';
import { patient } from '../../support/patience.js';
import { GAME, newPlayer, say } from '../../support/player.js';
import { sharedStack } from '../../support/shared-stack.js';
import { createUser } from '../../support/users.js';
import { versionsIn } from '../../support/versions.js';
import { commandOn } from './command.js';

const dreamcore = commandOn(sharedStack());
const FIRST = { skip: 0, limit: 1 };
type Rerun = Readonly<Record<'from' | 'jobId' | 'projectId', string>>;
let dir: string;
let archive: string;
/** Jobs of one project: a new game, and a change of it. */
let [made, changed] = ['', ''];
let source: { userId: string; projectId: string };
/** What the player has sent with the wish: a file of its game. */
let [wish, image] = ['', ''];

const { env, dataDir } = sharedStack();
const { SUPABASE_URL = '', SUPABASE_ANON_KEY = '', SUPABASE_SERVICE_ROLE_KEY = '' } = env;
const store = createStore({ SUPABASE_URL, SUPABASE_ANON_KEY, SUPABASE_SERVICE_ROLE_KEY }, log);
const kept = versionsIn(dataDir, store);

/** The files of a version, whatever objects hold them. */
async function filesOf(projectId: string, revision = '') {
  const files = await kept.listFiles({ projectId, revision });
  return files.map(({ path: name, sha }) => [name, sha]);
}

async function sendImage(): Promise<void> {
  const create = { width: 90, height: 60, channels: 3, background: '#f80' } as const;
  const bytes = await sharp({ create }).png().toBuffer();
  const { id, alias } = await newAsset({ store }, dataDir, source, { bytes, extension: '.png' });
  const address = assetAddress({ kind: 'owned', ownerId: source.userId, alias });
  wish = `1：画像「Ship.png」を使用: ${address}\n${GAME}`;
  image = spritePath(attachedName('Ship.png', id));
}

beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'dreamcore-reruns-'));
  archive = path.join(dir, 'case.tar.gz');
  const player = await newPlayer(sharedStack());
  source = { userId: player.user.id, projectId: player.projectId };
  await sendImage();
  made = await say(player, wish);
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
    expect((await dreamcore('rerun', made)).err).toBe(
      'In whose name? Set OPERATOR_USER_ID, or say it with --as <user id>.\n',
    );
    const cut = await withRecording('cut', (text) => text.split('\n').slice(0, 4).join('\n'));
    const there = await elsewhere('cut', cut);
    expect((await there('rerun', changed, '--recorded')).err).toContain('does not hold the end');
  });
});

describe('E9: an operator has a job done once more', () => {
  it("in a copy of the project as it was, in the operator's name, paid by the house", async () => {
    const operator = await createUser(env, 'operator');
    const versions = await store.revisions.line(source.projectId);
    const told = await dreamcore('rerun', changed, '--as', operator.id, '--json');
    expect(told.code, told.err).toBe(0);
    const rerun = JSON.parse(told.out) as { jobId: string; projectId: string };
    await expect
      .poll(async () => (await store.jobs.get(rerun.jobId))?.status, { timeout: patient(60_000) })
      .toBe('completed');
    expect((await store.projects.get(rerun.projectId))?.user_id).toBe(operator.id);
    const line = await store.revisions.line(rerun.projectId);
    expect(line).toHaveLength(2);
    const first = await filesOf(rerun.projectId, line[1]);
    expect(first).toEqual(await filesOf(source.projectId, versions[1]));
    const chat = await store.chatHistory.all(rerun.projectId);
    const asked = chat.filter(({ role }) => role === 'user').map(({ content }) => content);
    expect(asked).toEqual([wish, 'もっと速くして']);
    expect(await store.revisions.line(source.projectId)).toEqual(versions);
    const account = await store.operators.usageOf(rerun.jobId);
    expect(account[0]?.usd).toBeGreaterThan(0);
    expect(account.filter(({ payer }) => payer !== 'house')).toEqual([]);
    expect((await store.operators.work({ id: rerun.jobId }, FIRST))[0]?.user_id).toBe(operator.id);
    expect((await dreamcore('show', changed)).out).toContain(`as ${rerun.jobId}`);
    expect((await dreamcore('show', rerun.jobId)).out).toContain(`this is a rerun of ${changed}`);
  });

  it('begins with nothing where nothing was made yet but what the player had sent', async () => {
    const operator = await createUser(env, 'operator');
    const asked = ['--as', operator.id, '--json'];
    const revision = (await store.revisions.line(source.projectId)).at(-1) ?? '';
    const sent = await kept.readFile({ projectId: source.projectId, revision }, image);
    expect(sent?.length).toBeGreaterThan(0);
    let before = made;
    // A rerun of a rerun has it, too, and so has one that is not planned anew.
    for (const from of ['plan', 'run']) {
      const told = await dreamcore('rerun', before, ...asked, '--from', from);
      expect(told.code, told.err).toBe(0);
      const { jobId, projectId } = JSON.parse(told.out) as Rerun;
      await expect
        .poll(async () => (await store.jobs.get(jobId))?.status, { timeout: patient(60_000) })
        .toBe('completed');
      const [only = '', ...others] = await store.revisions.line(projectId);
      expect(others).toEqual([]);
      expect(await kept.readFile({ projectId, revision: only }, image)).toEqual(sent);
      before = jobId;
    }
  });

  it('from a step on, with what was decided and made before it', async () => {
    const operator = await createUser(env, 'operator');
    const begin = async (job: string, from: string): Promise<Rerun> => {
      const told = await dreamcore('rerun', job, '--as', operator.id, '--from', from, '--json');
      expect(told.code, told.err).toBe(0);
      const rerun = JSON.parse(told.out) as Rerun;
      await expect
        .poll(async () => (await store.jobs.get(rerun.jobId))?.status, { timeout: patient(60_000) })
        .toBe('completed');
      return rerun;
    };
    const [version] = await store.revisions.line(source.projectId);
    const there = await filesOf(source.projectId, version);
    const isPaid = async ({ jobId }: Rerun) =>
      (await store.operators.usageOf(jobId)).some(({ kind }) => kind === 'model');
    expect(await isPaid(await begin(changed, 'run'))).toBe(true);
    // Games are not played here, but what begins with its play is; its judge needs what that saw.
    const played = await begin(changed, 'play');
    const judged = await begin(played.jobId, 'judge');
    for (const rerun of [played, judged]) {
      expect(await isPaid(rerun)).toBe(false);
      const line = await store.revisions.line(rerun.projectId);
      expect(line).toHaveLength(2);
      expect(await filesOf(rerun.projectId, line[0])).toEqual(there);
      expect((await store.revisions.ofJob(rerun.jobId))?.play?.verdict).toBe('plays');
    }
    const seen = path.join(dataDir, 'objects', 'plays', operator.id, played.projectId);
    await rm(seen, { recursive: true });
    const lost = await dreamcore('rerun', played.jobId, '--as', operator.id, '--from', 'judge');
    expect(lost.err).toMatch(/not kept any more; do it --from play\.$/m);
  });

  it('says that the job was refused', async () => {
    const operator = await createUser(env, 'operator');
    const first = dreamcore('rerun', changed, '--as', operator.id);
    const second = dreamcore('rerun', changed, '--as', operator.id);
    const errors = (await Promise.all([first, second])).map(({ err }) => err).filter(Boolean);
    expect(errors).toEqual([
      expect.stringMatching(/^It was copied to project .*refused: USER_LIMIT_EXCEEDED\.\n$/),
    ]);
  });
  it('says what of it is there no more, and from where it works', async () => {
    const operator = await createUser(env, 'operator');
    const rerun = (from: string) => dreamcore('rerun', made, '--as', operator.id, '--from', from);
    expect((await rerun('judge')).err).toBe(
      'What it had made was not played: do it --from play.\n',
    );
    expect((await dreamcore('rerun', made, '--from', 'nowhere')).err).toContain(
      'plan, design, run',
    );
    expect((await dreamcore('rerun', made, '--from', 'run', '--recorded')).code).not.toBe(0);
  });
});
