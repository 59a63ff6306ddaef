import { createClient } from '@supabase/supabase-js';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import { beforeEach, describe, expect, it } from 'vitest';
import { spritePath } from '../../../src/contracts/game/brief.js';
import { AssetUploaded } from '../../../src/contracts/wire/http.js';
import { attachedName } from '../../../src/domain/assets/attached-images.js';
import { inFullRuns } from '../../scope.js';
import { sharedStack } from '../../support/shared-stack.js';
import { createUser, type TestUser } from '../../support/users.js';
import { unzip } from '../http/unzip.js';
import { patient } from '../../support/patience.js';
import { newProject, Socket, typesOf, type Frame } from './socket.js';

/** Job frames of websocket.md §4–8 and the additive fields of D3, from a real job. */
const STEP_SEQ = 500_000_000;
/** A first game gets its name beside its job: this frame comes at any time after the job's end. */
const LATE_NAME = 'projectRenamed';

const stack = sharedStack();
let user: TestUser;
let socket: Socket;
let projectId: string;

beforeEach(async () => {
  user = await createUser(stack.env);
  socket = await Socket.signedIn(stack.baseUrl, user);
  projectId = await newProject(socket);
  return () => socket.close();
});

const wish = (content = '2Dのシューティングゲームを作って', more = {}) => ({
  type: 'message',
  content,
  skipStyleSelection: true,
  ...more,
});
const job = (frame: Frame) => frame['job'] as Record<string, unknown>;
const textOf = (frames: readonly Frame[]) =>
  frames
    .filter(({ type }) => type === 'stream')
    .map((frame) => frame['content'])
    .join('');

const ask = (path: string, more: RequestInit = {}) =>
  fetch(stack.baseUrl + path, {
    ...more,
    headers: { authorization: `Bearer ${user.accessToken}` },
  });
/** The skills that the run of the newest version was given. */
async function skillsGiven(): Promise<unknown> {
  const answer = await ask(`/api/projects/${projectId}/ai-context`);
  return ((await answer.json()) as { context: { skills: unknown } }).context.skills;
}

async function makeGame(): Promise<void> {
  socket.send(wish());
  await socket.next('gameUpdated');
}

describe('§7.6, §7.7: a game and a change', () => {
  it('all frames from jobStarted to gameUpdated, in order; then the new name', async () => {
    const jobStarted = await socket.ask(wish());
    const jobId = job(jobStarted)['id'];
    expect(jobStarted).toMatchObject({
      type: 'jobStarted',
      isExisting: false,
      jobId,
      job: {
        status: 'pending',
        progress: 0,
        user_id: user.id,
        project_id: projectId,
        result: null,
        error: null,
      },
    });
    expect(jobStarted).not.toHaveProperty('queued');
    await socket.next('projectRenamed');
    const frames = socket.frames.slice(socket.frames.indexOf(jobStarted));
    const order = typesOf(frames);
    expect(order.slice(0, 3)).toEqual(['jobStarted', 'started', 'progress']);
    expect(order.slice(-4)).toEqual(['geminiCode', 'completed', 'gameUpdated', 'projectRenamed']);
    expect(
      order.filter((type) => ['started', 'completed', 'gameUpdated', 'geminiCode'].includes(type)),
    ).toHaveLength(4);

    const of = (type: string) => frames.find((frame) => frame.type === type)!;
    expect(of('started')).toMatchObject({
      jobId,
      attempt: 0,
      seq: 1,
      job: { id: jobId, status: 'processing' },
    });
    for (const frame of frames.filter(({ type }) => type === 'progress')) {
      expect(frame).toMatchObject({
        jobId,
        progress: expect.any(Number) as number,
        job: {
          id: jobId,
          status: 'processing',
          progress: frame['progress'],
          progress_message: frame['message'],
        },
      });
    }
    const steps = frames.flatMap(({ step }) => (step === undefined ? [] : [step]));
    // Nothing is played in this stack.
    const gone = ['think', 'design', 'make', 'save'];
    expect(steps.filter((step, index) => step !== steps[index - 1])).toEqual(gone);
    expect(job(of('completed'))['steps']).toEqual(gone);
    expect(of('completed')).toMatchObject({
      spending: { usd: expect.any(Number) as number, shareOfDay: null, shareLeft: null },
    });
    const text = { type: 'stream', content: expect.any(String) as string, jobId };
    const [design, ...written] = frames.filter(({ type }) => type === 'stream');
    const sketch = expect.objectContaining({ title: expect.any(String) as string }) as unknown;
    expect(design).toEqual({ ...text, sketch, attempt: 0, seq: 5 });
    expect(written[0]).toEqual({ ...text, attempt: 1, seq: expect.any(Number) as number });
    expect(of('geminiCode')).toMatchObject({
      mode: 'create',
      suggestions: expect.any(Array) as unknown,
      jobId,
    });
    expect(of('completed')).toMatchObject({
      jobId,
      job: { status: 'completed', progress: 100 },
      result: {
        message: expect.any(String) as string,
        html: expect.stringContaining('<html') as string,
      },
    });
    expect(of('completed')['result']).toEqual(JSON.parse(job(of('completed'))['result'] as string));
    expect(of('gameUpdated')).toEqual({ type: 'gameUpdated', userId: user.id, projectId });
    expect(of('projectRenamed')).toMatchObject({
      project: { id: projectId, name: expect.any(String) as string },
    });
    expect(of('projectRenamed')).not.toHaveProperty('projects');

    const places = frames
      .filter((frame) => typeof frame['seq'] === 'number')
      .map((frame) => [frame['attempt'], frame['seq']] as [number, number]);
    const sorted = [...places].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    expect(places).toEqual(sorted);
    expect(new Set(places.map(String)).size).toBe(places.length);
    const run = places
      .filter(([attempt, seq]) => attempt === 1 && seq < STEP_SEQ)
      .map(([, seq]) => seq);
    expect(run).toEqual(run.map((_, index) => index + 1));
  });

  it('a change of a game says what changed; versions, edits and restore work on it', async () => {
    await makeGame();
    expect(await skillsGiven()).toContain('game-shooter');
    const debugOptions = { disableSkills: true, useClaude: false };
    socket.send({ type: 'message', content: '敵を青にして', debugOptions });
    expect(await socket.next('geminiCode')).toMatchObject({
      mode: 'edit',
      edits: [
        {
          path: expect.any(String) as string,
          old_string: expect.any(String) as string,
          new_string: expect.any(String) as string,
        },
      ],
    });
    await socket.next('gameUpdated');
    // generation.md §3: whoever asks for none is given none.
    expect(await skillsGiven()).toEqual([]);

    const list = await socket.ask({ type: 'getVersions', projectId }, LATE_NAME);
    const versions = list['versions'] as Frame[];
    expect(list).toMatchObject({
      type: 'versionsList',
      projectId,
      versions: [
        { number: 1, message: '敵を青にして', current: true, ordinal: 2 },
        { number: 2, current: false, ordinal: 1 },
      ],
    });
    for (const version of versions) {
      expect(version['id']).toMatch(/^[0-9a-f]{7}$/);
      expect(version['hash']).toBe(version['id']);
      expect(version['timestamp']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    }
    expect(await socket.ask({ type: 'getVersions', projectId, before: 2 })).toMatchObject({
      versions: [{ number: 2 }],
    });
    const [newest, oldest] = versions as [Frame, Frame];
    expect(
      await socket.ask({ type: 'getVersionEdits', projectId, versionHash: newest['hash'] }),
    ).toMatchObject({
      type: 'versionEdits',
      projectId,
      versionHash: newest['hash'],
      edits: [{ path: 'index.html' }],
      summary: expect.stringMatching(/./) as string,
    });
    expect(
      await socket.ask({ type: 'restoreVersion', projectId, versionId: oldest['id'] }),
    ).toEqual({ type: 'versionRestored', projectId, versionId: oldest['id'] });
    expect(await socket.ask({ type: 'getVersions', projectId })).toMatchObject({
      versions: [
        { number: 1, current: false },
        { number: 2, current: true },
      ],
    });
    expect(await socket.ask({ type: 'restoreVersion', projectId, versionId: 'fffffff' })).toEqual({
      type: 'error',
      message: 'Failed to restore version',
    });
    const service = createClient(
      stack.env['SUPABASE_URL'] ?? '',
      stack.env['SUPABASE_SERVICE_ROLE_KEY'] ?? '',
      { auth: { persistSession: false } },
    );
    const noted = async () =>
      (
        await service
          .from('activity_log')
          .select('action,user_id,details')
          .eq('target_id', projectId)
          .eq('action', 'restore')
      ).data;
    await expect
      .poll(noted, { timeout: patient(30_000) })
      .toEqual([{ action: 'restore', user_id: user.id, details: oldest['id'] }]);
  });

  it('an image that goes with a message is a file of the preview and of the ZIP', async () => {
    const png = await sharp({
      create: { width: 900, height: 600, channels: 3, background: '#f80' },
    })
      .png()
      .toBuffer();
    const form = new FormData();
    form.append('file', new File([new Uint8Array(png)], 'Ship.png', { type: 'image/png' }));
    const sent = await ask('/api/assets/upload', { method: 'POST', body: form });
    const { asset } = AssetUploaded.parse(await sent.json());
    const file = spritePath(attachedName('Ship.png', asset.id));
    const line = `1：画像「Ship.png」を使用: ${asset.url}`;
    const gone = `2：画像「gone.png」を使用: /user-assets/${user.id}/gone.png`;
    const words = '2Dのシューティングを作って。自機はこの画像';
    socket.send(wish(`${line}\n${gone}\n${words}`));
    const completed = await socket.next('completed');
    // Else it may come after the next request and be taken for its answer.
    await socket.next('gameUpdated');
    const note = { code: 'IMAGES_UNUSABLE', params: { missing: 1, total: 2 } };
    const parts = (message: unknown) =>
      (message as { params: { paragraphs: unknown[] } }).params.paragraphs;
    expect(parts(completed)[1]).toEqual(note);
    const { history } = (await socket.ask({ type: 'selectProject', projectId }, LATE_NAME)) as {
      history?: Frame[];
    };
    expect(parts(history?.at(-1))[1]).toEqual(note);
    const shown = await ask(`/game/${user.id}/${projectId}/${file}`);
    const bytes = Buffer.from(await shown.arrayBuffer());
    const facts = { format: 'webp', width: 512, height: 341 };
    expect(await sharp(bytes).metadata()).toMatchObject(facts);
    const page = await (await ask(`/api/projects/${projectId}/code`)).text();
    expect(page).toContain(file);
    const zip = await ask(`/api/projects/${projectId}/download`);
    expect(unzip(Buffer.from(await zip.arrayBuffer())).get(file)).toEqual(bytes);
  });

  inFullRuns('the other rows have one of each kind', () => {
    it('§7.5: an unclear wish is asked back, and the question survives a reload', async () => {
      socket.send({ type: 'message', content: 'パズルを作って' });
      const chat = await socket.next('geminiChat');
      expect(chat).toMatchObject({
        mode: 'chat',
        message: expect.any(String) as string,
        suggestions: ['2Dで作成', '3Dで作成'],
      });
      expect(await socket.next()).toMatchObject({ type: 'progress', progress: 100 });
      expect(await socket.next()).toMatchObject({
        type: 'completed',
        result: { mode: 'chat', message: chat['message'] },
      });
      expect(await socket.next()).toEqual({ type: 'gameUpdated', userId: user.id, projectId });
      const selected = await socket.ask({ type: 'selectProject', projectId });
      expect(selected).toMatchObject({
        pendingQuestion: { type: 'dimension', request: 'パズルを作って' },
      });
      expect(selected['history']).toMatchObject([
        { role: 'user', content: 'パズルを作って' },
        {
          role: 'assistant',
          content: expect.stringMatching(/\n\n提案: 2Dで作成、3Dで作成$/) as string,
        },
      ]);

      await socket.ask({ type: 'message', content: '3Dで作成' });
      expect(await socket.ask({ type: 'selectProject', projectId })).toMatchObject({
        pendingQuestion: {
          type: 'style',
          dimension: '3d',
          originalMessage: '3Dで作成',
          request: 'パズルを作って',
        },
      });
    });
  });
});

/** §7.15: within 2 s, whatever goes on. */
async function expectPong(): Promise<void> {
  const sentMs = Date.now();
  socket.send({ type: 'ping' });
  await socket.next('pong');
  expect(Date.now() - sentMs).toBeLessThan(patient(2_000));
}

describe('A3, D4: the same message more than once', () => {
  it('is one job by its messageId: twice at once, by another socket, after its end', async () => {
    const message = wish(undefined, { messageId: randomUUID() });
    const second = await Socket.signedIn(stack.baseUrl, user, projectId);
    socket.send(message);
    socket.send(message);
    const [one, two] = [await socket.next('jobStarted'), await socket.next('jobStarted')];
    const three = await second.ask(message);
    expect(new Set([one, two, three].map((frame) => job(frame)['id'])).size).toBe(1);
    await Promise.all([socket.next('gameUpdated'), second.next('gameUpdated')]);
    expect(socket.frames.filter(({ type }) => type === 'completed')).toHaveLength(1);
    expect(textOf(second.frames)).toBe(textOf(socket.frames));

    expect(await second.ask(message, LATE_NAME)).toMatchObject({
      type: 'jobStarted',
      isExisting: true,
      jobId: one['jobId'],
      job: { status: 'completed' },
    });
    expect(await second.nextExcept(LATE_NAME)).toMatchObject({
      type: 'completed',
      jobId: one['jobId'],
    });
    expect(await second.nextExcept(LATE_NAME)).toMatchObject({ type: 'gameUpdated' });
    expect(await second.ask({ type: 'getVersions', projectId }, LATE_NAME)).toMatchObject({
      versions: [{ number: 1 }],
    });
    await second.close();
  });

  it('A4/Q3: three messages from two devices during a job: an end each, in order', async () => {
    const ours = await Socket.signedIn(stack.baseUrl, user);
    await ours.ask({ type: 'selectProject', projectId, follow: true });
    const { jobId: running } = await socket.ask(wish());
    await socket.next('stream');
    await expectPong();
    const [asV2, asked, removed] = ['もっと速くして', '敵を赤にして', '音を消して'].map((words) =>
      wish(words, { messageId: randomUUID() }),
    ) as Frame[] as [Frame, Frame, Frame];
    const literal = { isExisting: true, queued: false, jobId: running };
    expect(await socket.askFor('jobStarted', asV2)).toMatchObject(literal);
    const waits = await ours.askFor('jobStarted', { ...asked, queue: true });
    expect(waits).toMatchObject({ isExisting: true, queued: true });
    const { jobId } = await ours.askFor('jobStarted', { ...removed, queue: true });
    // Its answer was lost, and it is sent again.
    const again = await ours.askFor('jobStarted', { ...removed, queue: true });
    expect(again).toMatchObject({ queued: true, jobId });
    expect(await ours.askFor('cancelled', { type: 'cancel', jobId })).toMatchObject({ jobId });
    const second = await Socket.signedIn(stack.baseUrl, user);
    const { queue } = await second.ask({ type: 'selectProject', projectId, follow: true });
    expect((queue as Frame[]).at(-1)).toEqual({
      jobId: waits['jobId'],
      content: asked['content'],
    });
    await Promise.all([second.close(), socket.next('gameUpdated')]);

    expect(await socket.next('jobStarted')).toMatchObject({ isExisting: false });
    await socket.next('gameUpdated');
    const begun = await ours.nextWhere('begun', (frame) => frame['jobId'] === waits['jobId']);
    expect(begun).toMatchObject({ type: 'jobStarted', followed: true });
    await ours.next('gameUpdated');
    const { history, versions } = (await socket.ask({ type: 'selectProject', projectId })) as never;
    expect((versions as Frame[]).map(({ message }) => message)).toEqual(
      [asked, asV2, wish()].map(({ content }) => content),
    );
    expect((history as Frame[]).filter(({ role }) => role === 'assistant')).toHaveLength(3);
    await ours.close();
  });

  it('Q3: without following the project a queued message is announced and ends, too', async () => {
    const { jobId: running } = await socket.ask(wish());
    const asked = wish('もっと速くして', { messageId: randomUUID(), queue: true });
    const { jobId } = await socket.askFor('jobStarted', asked);
    const ofRunning = await socket.next('completed');
    const begun = await socket.next('jobStarted');
    const ofOwn = await socket.next('completed');
    expect([ofRunning, begun, ofOwn].map((frame) => frame['jobId'])).toEqual([
      running,
      jobId,
      jobId,
    ]);
    expect(begun).toMatchObject({ isExisting: false });
  });
});

inFullRuns('ws/rows and workflows/generate-game have the refusals', () => {
  describe('§5: coded errors, in both shapes at once', () => {
    it('JOB_ALREADY_ACTIVE for a restore while a job runs', async () => {
      await makeGame();
      const {
        versions: [version],
      } = (await socket.ask({ type: 'getVersions', projectId }, LATE_NAME)) as unknown as {
        versions: [Frame];
      };
      await socket.ask({ type: 'message', content: '敵を赤にして' }, LATE_NAME);
      const other = await Socket.signedIn(stack.baseUrl, user);
      const message = 'A job is already running for this project.';
      expect(
        await other.ask({ type: 'restoreVersion', projectId, versionId: version['id'] }),
      ).toEqual({ type: 'error', message, error: { code: 'JOB_ALREADY_ACTIVE', message } });
      await other.close();
      await socket.next('gameUpdated');
    });

    it('USER_LIMIT_EXCEEDED for a second project of the same user; the first goes on', async () => {
      await socket.ask(wish());
      const other = await Socket.signedIn(stack.baseUrl, user);
      await newProject(other);
      const message = 'Too many concurrent requests. Please wait for the current job to finish.';
      expect(await other.ask(wish())).toEqual({
        type: 'error',
        message,
        error: { code: 'USER_LIMIT_EXCEEDED', message },
      });
      await socket.next('gameUpdated');
      expect(await other.ask(wish())).toMatchObject({ type: 'jobStarted', isExisting: false });
      await other.next('gameUpdated');
      await other.close();
    });
  });
});

describe('D3, D4: coming back', () => {
  it('with `since` the text goes on without gap or repeat; also after the end', async () => {
    const { jobId } = await socket.ask(wish());
    const leaver = await Socket.signedIn(stack.baseUrl, user);
    await leaver.ask({ type: 'subscribeJob', jobId, since: { jobId, attempt: 0, seq: 0 } });
    await leaver.next('stream');
    await leaver.close();
    const { attempt, seq } = leaver.frames
      .filter((frame) => typeof frame['seq'] === 'number')
      .at(-1)!;

    const back = await Socket.signedIn(stack.baseUrl, user);
    expect(
      await back.ask({ type: 'selectProject', projectId, since: { jobId, attempt, seq } }),
    ).toMatchObject({ activeJob: { id: jobId }, pendingQuestion: { type: 'look' } });
    await Promise.all([back.next('completed'), socket.next('gameUpdated')]);
    expect(textOf(leaver.frames) + textOf(back.frames)).toBe(textOf(socket.frames));

    const late = await Socket.signedIn(stack.baseUrl, user);
    expect(
      await late.ask({ type: 'selectProject', projectId, since: { jobId, attempt, seq } }),
    ).toMatchObject({ activeJob: null });
    await late.next('completed');
    expect(textOf(leaver.frames) + textOf(late.frames)).toBe(textOf(socket.frames));
    for (const frames of [back.frames, late.frames])
      expect(frames.some(({ type }) => type === 'gameUpdated')).toBe(false);
    await Promise.all([back.close(), late.close()]);
  });

  inFullRuns('the other rows have one of each kind', () => {
    it('without `since` nothing is replayed, and the end comes all the same', async () => {
      await socket.ask(wish());
      await socket.next('stream');
      const second = await Socket.open(stack.baseUrl);
      await second.ask({ type: 'init', access_token: user.accessToken });
      expect(await second.ask({ type: 'selectProject', projectId })).toMatchObject({
        activeJob: { status: 'processing' },
      });
      await second.next('completed');
      expect(second.frames.some(({ type }) => type === 'started')).toBe(false);
      expect(textOf(socket.frames).endsWith(textOf(second.frames))).toBe(true);
      await second.close();
    });

    it('§14 #3: switching to another project ends the frames of the first', async () => {
      const other = await Socket.signedIn(stack.baseUrl, user, projectId);
      await other.ask({ type: 'selectProject', projectId, follow: true });
      await socket.ask(wish());
      await socket.next('stream');
      // Text may still come until the answer does.
      socket.send({ type: 'createProject', name: '新しいゲーム' });
      await socket.next('projectCreated');
      const heard = socket.frames.length;
      await other.next('gameUpdated');
      await socket.ask({ type: 'ping' });
      expect(socket.frames.slice(heard)).toEqual([{ type: 'pong' }]);
      await other.close();
    });
  });
});

describe('F1, F2: stopping', () => {
  it('both `cancelled` frames, at once, to all; nothing after them; the project free', async () => {
    const { jobId } = await socket.ask(wish());
    const other = await Socket.signedIn(stack.baseUrl, user, projectId);
    await socket.next('stream');
    socket.send({ type: 'cancel', jobId });
    expect(await socket.next('cancelled')).toMatchObject({
      type: 'cancelled',
      job: { id: jobId, status: 'cancelled' },
    });
    expect(await socket.next()).toEqual({ type: 'cancelled', message: 'Job cancelled', jobId });
    expect(await other.next('cancelled')).toMatchObject({
      job: { id: jobId, status: 'cancelled' },
    });
    const heard = socket.frames.length;
    expect(await socket.ask({ type: 'cancel', jobId })).toEqual({
      type: 'cancelled',
      message: 'Job cancelled',
      jobId,
    });
    expect(await socket.ask(wish('2Dのパズルゲームを作って'))).toMatchObject({
      type: 'jobStarted',
      isExisting: false,
    });
    await socket.next('gameUpdated');
    const ofStopped = socket.frames.slice(heard).filter((frame) => frame['jobId'] === jobId);
    expect(ofStopped.map(({ type }) => type)).toEqual(['cancelled']);
    expect(await socket.ask({ type: 'getVersions', projectId }, LATE_NAME)).toMatchObject({
      versions: [{ message: '2Dのパズルゲームを作って' }],
    });
    expect(await socket.ask({ type: 'getJobStatus', jobId }, LATE_NAME)).toMatchObject({
      job: { status: 'cancelled' },
    });
    await other.close();
  });

  inFullRuns('the other rows have one of each kind', () => {
    it('`cancel` without a job stops what runs in the selected project', async () => {
      const { jobId } = await socket.ask(wish());
      await socket.next('started');
      socket.send({ type: 'cancel' });
      expect(await socket.next('cancelled')).toMatchObject({ job: { id: jobId } });
      expect(await socket.next()).toEqual({ type: 'cancelled', message: 'Operation cancelled' });
    });

    it('deleteProject stops the job first, and the project is gone with all of it', async () => {
      const { jobId } = await socket.ask(wish());
      const other = await Socket.signedIn(stack.baseUrl, user, projectId);
      await socket.next('stream');
      socket.send({ type: 'deleteProject', projectId });
      await other.next('cancelled');
      expect(await socket.next('projectDeleted')).toEqual({
        type: 'projectDeleted',
        projectId,
        projects: [],
      });
      expect(await other.ask({ type: 'selectProject', projectId })).toEqual({
        type: 'error',
        message: 'Access denied',
      });
      expect(await other.ask({ type: 'getJobStatus', jobId })).toEqual({
        type: 'jobStatus',
        job: null,
      });
      // Bare time: time for an end that must not come
      await sleep(500);
      expect(other.frames.some(({ type }) => type === 'completed')).toBe(false);
      await other.close();
    });
  });

  inFullRuns('pings in the middle of a job are answered in A4, too', () => {
    it('§7.15: pong within 2 s while a job streams', async () => {
      await socket.ask(wish());
      for (let i = 0; i < 10; i++) {
        await expectPong();
        // Bare time: one ping after the other
        await sleep(100);
      }
      await socket.next('completed');
    });
  });
});
