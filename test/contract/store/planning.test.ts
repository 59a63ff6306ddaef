import { message } from '../../../src/contracts/messages/message.js';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  startDemoServer,
  type DemoServer,
  type SeenRequest,
} from '../../../dev/demo-model/server.js';
import { designActivities } from '../../../src/activities/shared/planning/design.js';
import { readingActivities } from '../../../src/activities/shared/planning/message-reading.js';
import { planningActivities } from '../../../src/activities/shared/planning/planning.js';
import { BRIEF_FILE, type GameBrief } from '../../../src/contracts/game/brief.js';
import type { Judging } from '../../../src/contracts/game/judging.js';
import type { PlayReport } from '../../../src/contracts/game/play.js';
import type { JobEvent } from '../../../src/contracts/durable/stream.js';
import { assetUrl } from '../../../src/domain/assets/asset-names.js';
import { reportOf } from '../../../src/domain/playing/playing.js';
import { createAssets } from '../../../src/objects/assets.js';
import { createFileObjectStore } from '../../../src/objects/file-object-store.js';
import { newAsset } from '../../support/own-assets.js';
import { log, startDatabase, type TestDatabase } from '../../support/database.js';
import { patient } from '../../support/patience.js';
import { publishAs, versionsIn } from '../../support/versions.js';

/** How a message is read and planned, on rows of a real database; the model stands at the wire. */
const REVISION = 'a'.repeat(40);

let database: TestDatabase;
let demo: DemoServer;
let dataDir: string;
let ref: { jobId: string; userId: string; projectId: string };
let told: JobEvent[];
const asked: SeenRequest[] = [];

beforeAll(async () => {
  database = await startDatabase();
  demo = await startDemoServer({ onRequest: (request) => void asked.push(request) });
  dataDir = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-planning-'));
});
afterAll(async () => {
  await demo.close();
  await database.stop();
  await rm(dataDir, { recursive: true, force: true });
});
beforeEach(async () => {
  [told, asked.length] = [[], 0];
  const user = await database.createUser();
  const projectId = (await database.store.projects.create(user.id)).id;
  ref = { jobId: randomUUID(), userId: user.id, projectId };
});

const config = (fault = '') => ({
  ANTHROPIC_API_KEY: 'sk-test',
  ANTHROPIC_BASE_URL: `${demo.url}${fault}`,
  CHAT_MODEL: 'claude-haiku-5-5',
  DATA_DIR: dataDir,
  CHAT_TIMEOUT_MS: 10_000,
  PLAY_GAMES: false,
  PLAY_SEARCH_LIVES: 3,
  DRAW_SPRITES: true,
  GEMINI_API_KEY: undefined as string | undefined,
  TEXT_USD: 0.01,
  USER_DAILY_LOSS_USD: 0,
  USER_DAILY_USD: 0,
  BUDGET_DAILY_USD: 0,
  GUEST_DAILY_USD: 0,
});
const read = (content: string, fault?: string, skipStyleSelection?: true) =>
  readingActivities({ config: config(fault), store: database.store, log }).readMessage({
    ...ref,
    content,
    skipStyleSelection,
  });
const planning = (own = config()) =>
  planningActivities({
    config: own,
    log,
    store: database.store,
    versions: versionsIn(dataDir, database.store),
    assets: createAssets(createFileObjectStore(dataDir)),
    stream: {
      append: (_job, _attempt, _seq, events) => Promise.resolve(void told.push(...events)),
    },
  });

/** Has the game of a wish designed; the events that were told of it are in `told`. */
async function design(request: string, by: 'model' | 'rules', fault?: string) {
  await openJob(request);
  return designActivities({
    config: config(fault),
    store: database.store,
    log,
    stream: {
      append: (_job, _attempt, _seq, events) => Promise.resolve(void told.push(...events)),
    },
  }).designGame({
    ...ref,
    by,
    spec: { request, dimension: '2d', styleId: null, autoFix: false, parent: null, language: 'ja' },
  });
}

const DESIGNING: JobEvent = {
  type: 'progress',
  progress: 8,
  message: message('STEP_DESIGNING'),
};

const say = (role: 'user' | 'assistant', text: string): Promise<void> =>
  database.store.chatHistory.append({
    id: randomUUID(),
    projectId: ref.projectId,
    role,
    message: { text },
  });
const openJob = (content: string) =>
  database.store.jobs.open({
    id: ref.jobId,
    userId: ref.userId,
    projectId: ref.projectId,
    content,
    chatId: randomUUID(),
    maxQueuedJobs: 50,
  });

/** A project with a game, in whose chat the enemies were asked to be faster. */
async function projectWithGame(content: string): Promise<void> {
  await database.sql(
    `insert into public.revisions (project_id, ordinal, revision, job_id, kind, subject)
     values ($1, 1, $2, $3, 'generate', '題')`,
    [ref.projectId, REVISION, randomUUID()],
  );
  await sayOf(content);
}

async function sayOf(content: string): Promise<void> {
  await say('user', '敵を速くして');
  await say('assistant', '敵を速くしました。');
  await openJob(content);
}

/** A version of the project: a page and what it was to become. Answers the revision. */
function publishBrief(brief: GameBrief, play: PlayReport): Promise<string> {
  const files = { 'index.html': '<html></html>', [BRIEF_FILE]: JSON.stringify(brief) };
  return publishAs(database, dataDir, ref.projectId, files, { jobId: ref.jobId, play });
}

describe('reading a message', () => {
  it('writes out what it points to, from the chat before it', async () => {
    const content = 'さっきの半分くらいにして';
    await projectWithGame(content);
    await expect(read(content)).resolves.toMatchObject({
      intent: 'edit',
      language: 'ja',
      request: '敵の速さを半分にして',
    });
    const told = JSON.stringify(asked[0]?.body.messages);
    expect(told).toContain('user: 敵を速くして');
    expect(told.split(content)).toHaveLength(2);
  });

  it.each(['/fault/500', '/fault/529', '/fault/not-json', '/fault/refusal', '/fault/hang'])(
    'is left to the keywords, within 5 s and after one request, when the model answers %s',
    async (fault) => {
      await openJob('猫のゲーム');
      const startedMs = performance.now();
      await expect(read('猫のゲーム', fault)).resolves.toBeNull();
      expect(asked).toHaveLength(1);
      expect(performance.now() - startedMs).toBeLessThan(5_000 + patient(4_000));
    },
    patient(15_000),
  );
});

describe('designing a first game', () => {
  it('is done by the small model, and its pitch is the first text that is told', async () => {
    const brief = await design('猫がジャンプするゲーム', 'model');
    expect(brief).toMatchObject({ by: 'model', genre: 'runner', language: 'ja' });
    expect(asked).toHaveLength(1);
    const { title, pitch, palette } = brief;
    const sketch = { title, pitch, palette, figures: { player: '🐱' } };
    expect(told).toMatchObject([DESIGNING, { type: 'stream', content: `${pitch}\n\n`, sketch }]);
  });

  it('says with the pitch that a game like a known one is another', async () => {
    const brief = await design('テトリスみたいなゲーム', 'model');
    const content = `${brief.pitch} ${brief.likeness}\n\n`;
    expect(told).toMatchObject([DESIGNING, { type: 'stream', content }]);
  });

  it.each([
    ['/fault/529', 2],
    ['/fault/not-json', 2],
    ['/fault/refusal', 2],
    ['/fault/hang', 1],
  ])(
    'is left to the rules, within 5 s, when the model answers %s; requests: %i',
    async (fault, requests) => {
      const startedMs = performance.now();
      await expect(design('猫のパズル', 'model', fault)).resolves.toMatchObject({
        by: 'rules',
        genre: 'puzzle',
      });
      expect(asked).toHaveLength(requests);
      expect(told.map(({ type }) => type)).toEqual(['progress', 'stream']);
      expect(performance.now() - startedMs).toBeLessThan(5_000 + patient(4_000));
    },
    patient(15_000),
  );

  it('asks nobody where rules are asked for', async () => {
    await expect(design('猫のパズル', 'rules')).resolves.toMatchObject({ by: 'rules' });
    expect(asked).toEqual([]);
  });
});

/** Rows of the job's texts. */
const texts = () =>
  database.sql<{ text: string; state: string; usd: number }>(
    `select split_part(call_id, '.', 2) as text, state, usd from public.usage_events
     where job_id = $1 and kind = 'text' order by text`,
    [ref.jobId],
  );

describe('J5: short texts of a job', () => {
  it('each has a row of its own, once', async () => {
    const content = '猫がジャンプするゲーム';
    await design(content, 'model');
    await read(content);
    await read(content);
    await planning().answerQuestion({ ...ref, content: '遊び方は？' });
    expect(await texts()).toEqual(
      ['answer', 'design', 'reading'].map((text) => ({ text, state: 'reserved', usd: 0.01 })),
    );
  });

  it('one that does not come costs nothing, and counts when it is asked for again', async () => {
    await openJob('猫のゲーム');
    await read('猫のゲーム', '/fault/529');
    expect(await texts()).toEqual([{ text: 'reading', state: 'released', usd: 0 }]);
    await read('猫のゲーム');
    expect(await texts()).toEqual([{ text: 'reading', state: 'reserved', usd: 0.01 }]);
  });

  it('a limit of the day leaves reading to the rules; a question is answered', async () => {
    await openJob('猫のゲーム');
    const broke = { ...config(), USER_DAILY_USD: 0.005, BUDGET_DAILY_USD: 0.005 };
    const parts = { config: broke, store: database.store, log };
    expect(
      await readingActivities(parts).readMessage({ ...ref, content: '猫のゲーム' }),
    ).toBeNull();
    expect([asked, await texts()]).toEqual([[], []]);
    await planning(broke).answerQuestion({ ...ref, content: '遊び方は？' });
    expect(await texts()).toEqual([{ text: 'answer', state: 'reserved', usd: 0.01 }]);
  });
});

describe('planning', () => {
  it('gives a change its meaning, the last chat lines and the language', async () => {
    const content = 'さっきの半分くらいにして';
    await projectWithGame(content);
    const plan = await planning().planGeneration({
      ...ref,
      content,
      selectedStyle: null,
      autoFix: false,
      reading: await read(content),
    });
    expect(plan).toMatchObject({
      kind: 'generate',
      spec: {
        request: content,
        meaning: '敵の速さを半分にして',
        language: 'ja',
        parent: REVISION,
        lines: [
          { role: 'user', content: '敵を速くして' },
          { role: 'assistant', content: '敵を速くしました。' },
        ],
      },
    });
    expect(asked).toHaveLength(1);
  });

  it('decides by keywords when there is no reading, and asks no model', async () => {
    const content = 'Can you make the enemies faster?';
    await projectWithGame(content);
    const plan = await planning().planGeneration({
      ...ref,
      content,
      selectedStyle: null,
      autoFix: false,
      reading: null,
    });
    expect(plan).toMatchObject({ kind: 'generate', spec: { request: content, language: 'en' } });
    expect(plan).not.toHaveProperty('spec.meaning');
    expect(asked).toEqual([]);
  });

  it('A2: asks nothing where nothing is to be asked; what it chose stays open', async () => {
    const content = '宇宙を飛ぶレースゲーム';
    await openJob(content);
    const message = { ...ref, selectedStyle: null, autoFix: false };
    const reading = await read(content, '', true);
    const styleId = expect.any(String) as string;
    expect(reading).toMatchObject({ dimension: '3d', styleId, genre: 'race' });
    const unasked = { ...message, content, reading, skipStyleSelection: true as const };
    const plan = await planning().planGeneration(unasked);
    expect(plan).toMatchObject({ kind: 'generate', spec: { dimension: '3d' } });
    const { pending_question: kept } = (await database.store.projects.get(ref.projectId)) ?? {};
    const chosen = { type: 'look', request: content, dimension: '3d', sketch: 'race-3d-ja' };
    expect(kept).toMatchObject(chosen);
    expect(plan).toMatchObject({ look: kept });
    expect(told).toMatchObject([{ type: 'progress', look: { styleId: reading?.styleId } }]);
    const chat = { ...message, content: 'ありがとう', reading: null };
    expect(await planning().planGeneration(chat)).toMatchObject({ kind: 'chat', look: kept });
  });

  it('B2: opens the stream first, and takes no slot before a game is to be made', async () => {
    await openJob('ありがとう');
    const { startProcessing, planGeneration } = planning();
    await startProcessing(ref);
    await startProcessing(ref);
    expect(told[0]).toEqual({ type: 'started' });
    expect(await database.store.jobs.get(ref.jobId)).toMatchObject({ status: 'processing' });
    const message = { ...ref, selectedStyle: null, autoFix: false, reading: null };
    const waiting = () =>
      database.sql<{ queue_no: number | null }>('select queue_no from public.jobs where id = $1', [
        ref.jobId,
      ]);
    await planGeneration({ ...message, content: 'ありがとう' });
    expect(await waiting()).toEqual([{ queue_no: null }]);
    await planGeneration({ ...message, content: '2Dの猫のゲーム' });
    expect((await waiting())[0]?.queue_no).not.toBeNull();
  });

  it('has a first game designed, and by rules where the model could not read', async () => {
    const content = '2Dの猫のゲーム';
    await openJob(content);
    const message = { ...ref, content, selectedStyle: null, autoFix: false };
    const { planGeneration } = planning();
    const reading = await read(content);
    expect(await planGeneration({ ...message, reading })).toMatchObject({ design: 'model' });
    expect(await planGeneration({ ...message, reading: null })).toMatchObject({ design: 'rules' });
  });

  it('C4: may have sprites drawn for a first game where there is an image model', async () => {
    const content = '2Dの猫のゲーム';
    await openJob(content);
    const message = { ...ref, content, selectedStyle: null, autoFix: false, reading: null };
    const drawing = { ...config(), GEMINI_API_KEY: 'key' };
    const plan = (own: typeof drawing) => planning(own).planGeneration(message);
    expect(await plan(drawing)).toMatchObject({ drawsSprites: true });
    expect(await plan({ ...drawing, DRAW_SPRITES: false })).not.toHaveProperty('drawsSprites');
    expect(await planning().planGeneration(message)).not.toHaveProperty('drawsSprites');
  });

  it("names the player's own images that go with a request, by what they hold", async () => {
    const png = await sharp({ create: { width: 9, height: 9, channels: 3, background: '#f00' } })
      .png()
      .toBuffer();
    const own = (bytes: Buffer, extension: string) =>
      newAsset(database, dataDir, ref, { bytes, extension });
    const [photo, disguised, sound] = [
      await own(png, '.png'),
      await own(Buffer.concat([png, Buffer.alloc(9)]), '.mp3'),
      await own(Buffer.from('ID3 a sound'), '.png'),
    ];
    const other = { ...ref, userId: (await database.createUser()).id };
    const foreign = await newAsset(database, dataDir, other, { bytes: png, extension: '.gif' });
    const gone = `${randomUUID()}.png`;
    const addresses = [
      ...[photo, disguised, sound].map(({ alias }) => assetUrl(ref.userId, alias)),
      assetUrl(other.userId, foreign.alias),
      assetUrl(ref.userId, gone),
      '/global-assets/ships/red.png',
      'https://example.test/a.png',
    ];
    const lines = addresses.map((url, at) => `${at + 1}：画像「Ship ${at}」を使用: ${url}`);
    const content = [...lines, '2Dの猫のゲーム'].join('\n');
    await openJob(content);
    const message = { ...ref, content, selectedStyle: null, autoFix: false, reading: null };
    const planned = (number: number, { id }: { id: string }) => {
      const called = `Ship ${number - 1}`;
      const name = `ship-${number - 1}-${id.slice(0, 8)}`;
      return { number: String(number), called, assetId: id, name };
    };
    expect(await planning().planGeneration(message)).toMatchObject({
      attached: { images: [planned(1, photo), planned(2, disguised)], unusable: 1 },
    });
    const repair = { ...message, content: `${lines[0]}\n直して`, autoFix: true };
    expect(await planning().planGeneration(repair)).not.toHaveProperty('attached');
  });

  it('J2: gives a change what its game has to keep, out of the brief of its version', async () => {
    const brief = await design('猫がジャンプするゲーム', 'model');
    const [first = '', second = '', ...others] = brief.checks;
    const judging: Judging = {
      state: 'judged',
      checks: brief.checks.map((check) => ({
        check,
        answer: check === second ? 'unmet' : 'met',
        why: '',
      })),
    };
    const play = { ...reportOf([], [], { needs: [], gameTree: '00000001' }), judging };
    const revision = await publishBrief(brief, play);
    await sayOf('敵を速くして');
    const plan = await planning().planGeneration({
      ...{ ...ref, content: '敵を速くして', selectedStyle: null, autoFix: false, reading: null },
    });
    expect(plan).toMatchObject({ spec: { parent: revision, checks: [first, ...others] } });
    expect(plan).not.toHaveProperty('spec.brief');
  });

  it('a version that is not here, or has no brief, keeps no change from its plan', async () => {
    await projectWithGame('敵を速くして');
    const plan = await planning().planGeneration({
      ...{ ...ref, content: '敵を速くして', selectedStyle: null, autoFix: false, reading: null },
    });
    expect(plan).toMatchObject({ kind: 'generate' });
    expect(plan).not.toHaveProperty('spec.checks');
  });

  it('has no change designed', async () => {
    const content = '敵を速くして';
    await projectWithGame(content);
    const message = { ...ref, content, selectedStyle: null, autoFix: false };
    const { planGeneration } = planning({ ...config(), GEMINI_API_KEY: 'key' });
    const plan = await planGeneration({ ...message, reading: await read(content) });
    expect(plan).toMatchObject({ kind: 'generate' });
    expect(plan).not.toHaveProperty('design');
    expect(plan).not.toHaveProperty('drawsSprites');
  });

  it('answers in the language of the question, from the whole project', async () => {
    await openJob('How do I play?');
    await planning().answerQuestion({ ...ref, content: 'How do I play?', language: 'en' });
    expect(JSON.stringify(asked[0]?.body.system)).toContain('short English');
  });
});
