import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLog } from '../../../src/telemetry/log.js';
import { createStore, type Store } from '../../../src/store/index.js';
import { Listener } from '../../support/listener.js';
import { patient } from '../../support/patience.js';
import { sharedStack } from '../../support/shared-stack.js';
import { createUser, type TestUser } from '../../support/users.js';
import { keysIn } from '../../support/objects.js';
import { openVideo, programsOf, spread } from '../../support/video.js';
import { V2Rest } from '../journey/v2-rest.js';
import { publishVersion } from '../../support/versions.js';

/** rest.md §9.7 and §9.8; what the videos show: test/contract/ports, test/contract/full. */
const GENEROUS_MS = patient(240_000);

const GAME =
  '<!DOCTYPE html><html><head><title>箱</title></head>' +
  '<body style="margin:0;height:100vh;background:linear-gradient(90deg,#fff 50%,#102040 50%)">' +
  '</body></html>';

const stack = sharedStack();
const { videoSeconds } = stack;
let store: Store;
let alice: TestUser;
let bob: TestUser;
let projectId: string;
let listener: Listener;

beforeAll(async () => {
  const { SUPABASE_URL = '', SUPABASE_ANON_KEY = '', SUPABASE_SERVICE_ROLE_KEY = '' } = stack.env;
  store = createStore(
    { SUPABASE_URL, SUPABASE_ANON_KEY, SUPABASE_SERVICE_ROLE_KEY },
    createLog('test'),
  );
  [alice, bob] = [await createUser(stack.env, 'alice'), await createUser(stack.env, 'bob')];
  listener = new Listener(stack.baseUrl, alice.accessToken);
  await listener.open();
  projectId = await listener.createProject();
});
afterAll(() => listener?.close());

const headers = (as?: TestUser): Record<string, string> =>
  as ? { authorization: `Bearer ${as.accessToken}` } : {};
const at = (action: string, id: string): string => `${stack.baseUrl}/api/projects/${id}/${action}`;
const make = async (id: string, as?: TestUser, body: object = {}): Promise<[number, unknown]> => {
  const answer = await fetch(at('generate-movie', id), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers(as) },
    body: JSON.stringify(body),
  });
  return [answer.status, await answer.json()];
};
const see = (
  id: string,
  as?: TestUser,
  more: Record<string, string> = {},
  method = 'GET',
): Promise<Response> => fetch(at('movie', id), { method, headers: { ...headers(as), ...more } });
const madeOf = (id: string): [number, unknown] => [
  200,
  {
    success: true,
    movieUrl: expect.stringMatching(new RegExp(`^/api/projects/${id}/movie\\?t=\\d+$`)) as unknown,
    duration: videoSeconds,
  },
];

describe('without a video', () => {
  it('there is none to be seen, and none of a project without a game', async () => {
    const absent = await see(projectId, alice);
    expect([absent.status, await absent.text()]).toEqual([404, 'Movie not found']);
    expect(await make(projectId, alice)).toEqual([404, { error: 'Game code not found' }]);
    expect(await make(projectId, bob)).toEqual([404, { error: 'Project not found' }]);
    expect(await make(projectId)).toEqual([401, { error: 'No access token provided' }]);
    expect(await make('x', alice)).toEqual([400, { error: 'Invalid project ID' }]);
  });
});

describe('POST …/generate-movie', () => {
  beforeAll(async () => {
    await publishVersion({ store }, stack.dataDir, alice, projectId, { 'index.html': GAME });
  });

  it(
    'makes a video of the game, once, and no version of it',
    async () => {
      const actionId = randomUUID();
      const head = await store.revisions.head(projectId);
      expect(await make(projectId, alice, { actionId })).toEqual(madeOf(projectId));
      const video = await openVideo(Buffer.from(await (await see(projectId, alice)).arrayBuffer()));
      expect(video).toMatchObject({ codec: 'h264', rate: '30/1' });
      expect(video.frames).toHaveLength(videoSeconds * 30);
      for (const frame of video.frames) expect(await spread(frame)).toBeGreaterThan(10);
      expect([(await store.actions.get(actionId))?.state, await programsOf(actionId)]).toEqual([
        'completed',
        [],
      ]);
      expect(await store.revisions.head(projectId)).toEqual(head);
    },
    GENEROUS_MS,
  );

  it('F4: the same call again finds the video', async () => {
    const before = (await see(projectId, alice)).headers.get('last-modified');
    const actionId = randomUUID();
    expect(await make(projectId, alice, { actionId })).toEqual(madeOf(projectId));
    expect([
      (await see(projectId, alice)).headers.get('last-modified'),
      await store.actions.get(actionId),
    ]).toEqual([before, null]);
  });

  it('V2’s publish page asks for it, gets its address, probes by HEAD, plays a blob', async () => {
    const page = new V2Rest(stack.baseUrl, alice.accessToken);
    const made = await page.call('POST', `/api/projects/${projectId}/generate-movie`, {});
    expect([made.status, made.json]).toEqual(madeOf(projectId));
    const { movieUrl } = made.json as { movieUrl: string };
    expect((await page.call('HEAD', movieUrl)).status).toBe(200);
    const video = await page.get(movieUrl);
    expect([
      video.status,
      video.headers.get('content-type'),
      video.bytes.subarray(4, 8).toString(),
    ]).toEqual([200, 'video/mp4', 'ftyp']);
    expect(String(video.bytes.length)).toBe(video.headers.get('content-length'));
  });
});

describe('GET …/movie', () => {
  it('is a file with ranges, for its owner alone', async () => {
    const whole = await see(projectId, alice);
    const bytes = Buffer.from(await whole.arrayBuffer());
    expect([
      whole.status,
      whole.headers.get('content-type'),
      whole.headers.get('accept-ranges'),
      whole.headers.get('cache-control'),
    ]).toEqual([200, 'video/mp4', 'bytes', 'public, max-age=0']);
    const head = await see(projectId, alice, {}, 'HEAD');
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([
      200,
      String(bytes.length),
      '',
    ]);
    const part = await see(projectId, alice, { range: 'bytes=4-7' });
    expect([part.status, part.headers.get('content-range'), await part.text()]).toEqual([
      206,
      `bytes 4-7/${bytes.length}`,
      'ftyp',
    ]);
    expect((await see(projectId, alice, { range: `bytes=${bytes.length}-` })).status).toBe(416);
    expect([
      (await see(projectId)).status,
      (await see(projectId, bob)).status,
      (await see(projectId, bob, {}, 'HEAD')).status,
    ]).toEqual([401, 404, 404]);
  });

  it('goes with its project', async () => {
    const kept = () => keysIn(stack.dataDir, `v/${projectId}/`);
    expect(await kept()).toHaveLength(1);
    listener.send({ type: 'deleteProject', projectId });
    await expect.poll(kept, { timeout: patient(30_000) }).toEqual([]);
    expect((await see(projectId, alice)).status).toBe(404);
  });
});
