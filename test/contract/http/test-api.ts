import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import webPush from 'web-push';
import { startDatabase, type TestDatabase } from '../../support/database.js';
import type { TestUser } from '../../support/users.js';
import { openJob, publishVersion, type GameFiles } from '../../support/versions.js';
import { ask, startApi, type Answer, type ApiProcess, type Ask } from './api-process.js';

/** The smallest PNG: one transparent pixel. */
export const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk' +
    '+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

export const PAGE = `<!DOCTYPE html><html lang="ja"><head><title>星よけ</title>
<script type="importmap">{"imports":{"three":"/vendor/three@0.187.0/three.module.js"}}</script>
</head><body><script type="module" src="assets/js/main.js"></script></body></html>`;

/** The files of the game that user `alice` has made, byte for byte. */
export const GAME_FILES: GameFiles = {
  'index.html': PAGE,
  'sub/index.html': '<html><head></head>nested</html>',
  'style.css': 'body { color: red }',
  'data.json': '{"level":1}',
  'image.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
  'readme.txt': 'こんにちは',
  'photo.PNG': PIXEL,
  'assets/js/main.js':
    "import { Scene } from 'three';\nimport '/vendor/three@0.187.0/three.core.js';\n",
  'assets/jump.mp3': Buffer.from([0, 1, 2, 253, 254, 255]),
  '.env': 'SECRET=1',
  '.ai-context/2026-01-02T03-04-05.json': JSON.stringify({
    timestamp: '2026-01-02T03:04:05.000Z',
    userPrompt: '古い',
    aiSummary: '古い',
    skills: [],
    generator: 'claude',
    edits: [],
    systemPromptVersion: '1.0',
  }),
  '.ai-context/2026-01-03T03-04-05.json': JSON.stringify({
    timestamp: '2026-01-03T03:04:05.000Z',
    userPrompt: '星をよけるゲーム',
    aiSummary: '星よけゲームを作りました',
    skills: ['2d'],
    generator: 'claude',
    edits: [{ path: 'index.html', old_string: 'a', new_string: 'b' }],
    systemPromptVersion: '1.0',
  }),
};

export interface TestApi {
  readonly process: ApiProcess;
  readonly database: TestDatabase;
  readonly env: Readonly<Record<string, string>>;
  readonly alice: TestUser;
  readonly bob: TestUser;
  /** Alice's project with {@link GAME_FILES}, made by the completed job `jobId`. */
  readonly gameId: string;
  readonly jobId: string;
  /** Alice's project without a revision, where the job `activeJobId` is open. */
  readonly emptyId: string;
  readonly activeJobId: string;
  readonly bobsId: string;
  ask(rawPath: string, options?: Ask & { as?: TestUser }): Promise<Answer>;
  /** Publishes these files as the project's next version, as a finished generation does. */
  publish(user: TestUser, projectId: string, files: GameFiles): Promise<string>;
  stop(): Promise<void>;
}

/** Who asks. */
export type Who = 'anybody' | 'alice' | 'bob';

/** Asks as one of the two users or without a token, with a JSON body when one is given. */
export const askJson = (
  api: TestApi,
  method: string,
  target: string,
  as: Who,
  body?: unknown,
): Promise<Answer> =>
  api.ask(target, {
    method,
    as: as === 'anybody' ? undefined : api[as],
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });

export const bearer = (user: TestUser): { authorization: string } => ({
  authorization: `Bearer ${user.accessToken}`,
});

/**
 * Real PostgreSQL, migrations, gateway, objects and API process; two users, three projects.
 * Temporal is away.
 */
export async function startTestApi(
  extraEnv: Readonly<Record<string, string>> = {},
): Promise<TestApi> {
  const database = await startDatabase();
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-http-'));
  const { SUPABASE_URL } = database.config;
  const env = {
    ...database.config,
    EMBEDDED_SUPABASE_URL: SUPABASE_URL,
    DATA_DIR: dataDir,
    PUBLIC_URL: 'http://app.test:3000',
    SUPABASE_JWT_ISSUER: `${SUPABASE_URL}/auth/v1`,
    CALLBACK_SECRET: 'a secret for tests with thirty-two characters',
    TEMPORAL_ADDRESS: '127.0.0.1:9',
    DEMO: 'true',
    VAPID_PUBLIC_KEY: webPush.generateVAPIDKeys().publicKey,
    CORS_ALLOWED_ORIGINS: 'http://friend.test',
    RATE_LIMIT_READS_PER_MIN: '100000',
    RATE_LIMIT_WRITES_PER_MIN: '100000',
    RATE_LIMIT_AI_PER_MIN: '100000',
    ...extraEnv,
  };
  const process = await startApi(env);
  const [alice, bob] = [await database.createUser('alice'), await database.createUser('bob')];
  const publish: TestApi['publish'] = (user, projectId, files) =>
    publishVersion(database, dataDir, user, projectId, files);
  const { store } = database;
  const game = await store.projects.create(alice.id, '星よけ');
  const jobId = randomUUID();
  await publishVersion(database, dataDir, alice, game.id, GAME_FILES, { jobId });
  const empty = await store.projects.create(alice.id, '新しいゲーム');
  const activeJobId = randomUUID();
  await openJob(database, alice, empty.id, activeJobId);
  const bobs = await store.projects.create(bob.id, "bob's");
  return {
    process,
    database,
    env,
    alice,
    bob,
    gameId: game.id,
    jobId,
    emptyId: empty.id,
    activeJobId,
    bobsId: bobs.id,
    publish,
    ask: (rawPath, { as, headers, ...rest } = {}) =>
      ask(process.port, rawPath, { ...rest, headers: { ...(as ? bearer(as) : {}), ...headers } }),
    async stop() {
      await process.stop();
      await database.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
