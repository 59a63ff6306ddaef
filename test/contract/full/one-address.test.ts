import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Person } from '../../e2e/person.js';
import { launchChromium } from '../../support/chromium.js';
import { Listener } from '../../support/listener.js';
import { patient } from '../../support/patience.js';
import { SHIPPED_LIMITS, startStack, type Stack } from '../../support/stack.js';
import { createUser, signIn, type TestUser } from '../../support/users.js';
import { multipart } from '../http/multipart.js';
import { PIXEL } from '../http/test-api.js';
import { Socket } from '../ws/socket.js';
import { RecordedEvening } from './recorded-evening.js';

/**
 * Twenty people behind one address, as a household or a carrier of mobile phones puts them, with
 * the limits that ship: stacks of other tests have higher ones.
 */
const PEOPLE = 20;
const READS = 600;
const SOCKETS = 50;

/** Somebody of the twenty, with a game that others play. */
interface Maker {
  readonly user: TestUser;
  readonly projectId: string;
  readonly gameId: string;
  /** Of everything that was asked for. */
  readonly statuses: number[];
}

let stack: Stack;
let browser: Browser;
beforeAll(async () => {
  stack = await startStack({ env: SHIPPED_LIMITS });
  browser = await launchChromium();
});
afterAll(async () => {
  await browser?.close();
  await stack?.stop();
});

/** Asks as a client does; notes how it ended. */
async function ask(
  { user, statuses }: Pick<Maker, 'user' | 'statuses'>,
  method: string,
  path: string,
  body?: unknown,
): Promise<Record<string, unknown>> {
  const answer = await fetch(`${stack.baseUrl}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${user.accessToken}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  statuses.push(answer.status);
  return (await answer.json()) as Record<string, unknown>;
}

async function sendFile(
  { user, statuses }: Pick<Maker, 'user' | 'statuses'>,
  path: string,
  field: string,
): Promise<void> {
  const { body, headers } = multipart([], [{ bytes: PIXEL, name: 'hero.png', field }]);
  const answer = await fetch(`${stack.baseUrl}${path}`, {
    method: 'POST',
    headers: { ...headers, authorization: `Bearer ${user.accessToken}` },
    body: new Uint8Array(body),
  });
  statuses.push(answer.status);
}

/** Signs in, makes a game by a message, sends images, publishes it. */
async function makeGame(name: string): Promise<Maker> {
  const account = await createUser(stack.env, name);
  const atApi = { ...stack.env, SUPABASE_URL: stack.baseUrl };
  const user = { ...account, accessToken: await signIn(atApi, account) };
  const one = { user, statuses: [] as number[] };
  const listener = new Listener(stack.baseUrl, user.accessToken);
  try {
    await listener.open();
    const projectId = await listener.createProject();
    listener.say('2Dのシューティングゲームを作って');
    expect((await listener.untilEnd()).type).toBe('completed');
    await sendFile(one, '/api/assets/upload', 'file');
    await ask(one, 'POST', `/api/projects/${projectId}/generate-publish-info`, {});
    await sendFile(one, `/api/projects/${projectId}/upload-thumbnail`, 'thumbnail');
    const listing = {
      ...{ title: name, description: 'd', howToPlay: 'h', tags: ['t'], visibility: 'public' },
      ...{ remix: 'disallowed', thumbnailUrl: null },
    };
    await ask(one, 'PUT', `/api/projects/${projectId}/publish-draft`, listing);
    const { gameId } = await ask(one, 'POST', `/api/projects/${projectId}/publish`, listing);
    expect(listener.closeCodes).toEqual([]);
    return { ...one, projectId, gameId: String(gameId) };
  } finally {
    listener.close();
  }
}

/** The whole evening with the real client, from the first page to the shelf. */
async function evening(): Promise<{ recorded: RecordedEvening; ids: RegExp }> {
  const recorded = new RecordedEvening(stack.baseUrl);
  const person = await Person.arrive(browser, stack.baseUrl, 'phone');
  recorded.watch(person.page);
  await person.signIn();
  await person.newProject();
  await person.makeGame();
  await person.showGame();
  await person.showChat();
  await person.say('敵をもっと速くして');
  await person.untilAnswered(2);
  const projectId = new URL(person.page.url()).pathname.split('/')[2] ?? '';
  const { page } = person;
  await page.goto(`${stack.baseUrl}/publish.html?id=${projectId}`);
  await page.locator('#thumbnail .thumbnail-actions button').first().click();
  await page.locator('.thumbnail-stage img').waitFor({ timeout: patient(60_000) });
  await page.locator('#submitButton:enabled').click();
  await page.waitForURL(/\/game\.html\?id=/, { timeout: patient(60_000) });
  const gameId = new URL(page.url()).searchParams.get('id') ?? '';
  for (const path of ['/discover', `/play/${gameId}`, '/notifications', '/mypage', '/create']) {
    await page.goto(`${stack.baseUrl}${path}`);
    await page.waitForLoadState('networkidle');
  }
  expect(recorded.refused).toEqual([]);
  await person.leave();
  return { recorded, ids: new RegExp(`(${projectId})|(${gameId})`, 'g') };
}

/** The same requests and frames, as fast as they can be sent, by somebody with an own game. */
async function repeat(
  { recorded, ids }: { recorded: RecordedEvening; ids: RegExp },
  { user, projectId, gameId }: Maker,
): Promise<number[]> {
  const own = (text: string): string =>
    text
      .replace(ids, (_, project?: string) => (project ? projectId : gameId))
      .replace(/access_token=[^&]+/, `access_token=${user.accessToken}`);
  const statuses: number[] = [];
  for (const { method, path, hasToken } of recorded.requests) {
    if (method !== 'GET' || path.startsWith('/auth/')) continue;
    const answer = await fetch(`${stack.baseUrl}${own(path)}`, {
      redirect: 'manual',
      headers: hasToken ? { authorization: `Bearer ${user.accessToken}` } : {},
    });
    await answer.arrayBuffer();
    statuses.push(answer.status);
  }
  const asks = recorded.frames.filter(({ type }) =>
    ['listProjects', 'selectProject', 'getVersions', 'getProjectInfo', 'ping'].includes(
      String(type),
    ),
  );
  const socket = await Socket.signedIn(stack.baseUrl, user);
  for (const frame of asks)
    expect((await socket.ask(own(JSON.stringify({ ...frame, since: undefined })))).type).not.toBe(
      'error',
    );
  await socket.close();
  for (let count = 1; count < recorded.sockets; count += 1)
    await (await Socket.signedIn(stack.baseUrl, user)).close();
  return statuses;
}

describe('one address with the limits that ship', () => {
  let makers: Maker[];

  it('twenty people sign in, make, send, publish: nobody is refused', async () => {
    makers = await Promise.all(
      Array.from({ length: PEOPLE }, (_, number) => makeGame(`neighbour-${number}`)),
    );
    for (const { statuses } of makers) expect(new Set(statuses)).toEqual(new Set([200]));
  });

  it('what the client asks for in an evening, twenty times in a minute, is served', async () => {
    const seen = await evening();
    expect(seen.recorded.requests.length).toBeGreaterThan(50);
    expect(seen.recorded.frames.length).toBeGreaterThan(5);
    const statuses = await Promise.all(makers.map((maker) => repeat(seen, maker)));
    for (const heard of statuses) expect(heard).not.toContain(429);
  });

  it('one who overdoes it is told what and how long; the others go on', async () => {
    const abuser = await createUser(stack.env, 'abuser');
    const headers = { authorization: `Bearer ${abuser.accessToken}` };
    const answers: Response[] = [];
    const isRefused = ({ status }: Response): boolean => status === 429;
    while (!answers.some(isRefused) && answers.length < 5 * READS)
      answers.push(
        ...(await Promise.all(
          Array.from({ length: 20 }, () => fetch(`${stack.baseUrl}/api/projects`, { headers })),
        )),
      );
    const refused = answers.find(isRefused);
    expect(answers.length).toBeGreaterThan(READS);
    expect(refused?.headers.get('ratelimit-policy')).toBe(`"reads";q=${READS};w=60`);
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(Number(refused?.headers.get('retry-after'))).toBeLessThanOrEqual(60);

    const socket = await Socket.signedIn(stack.baseUrl, abuser);
    // Should the minute have gone by, the next one has as many.
    let told = await socket.ask({ type: 'listProjects' });
    for (let asked = 0; told.type !== 'error' && asked < READS; asked += 1)
      told = await socket.ask({ type: 'listProjects' });
    expect(told['error']).toMatchObject({ code: 'RATE_LIMIT_EXCEEDED', limit: 'reads' });
    const more = await Promise.all(
      Array.from({ length: SOCKETS }, () => Socket.open(stack.baseUrl)),
    );
    for (const each of more) each.send({ type: 'init', access_token: abuser.accessToken });
    const ends = await Promise.race(more.map(({ closed }) => closed));
    expect(ends[0]).toBe(1013);

    for (const { user } of makers) {
      const answer = await fetch(`${stack.baseUrl}/api/projects`, {
        headers: { authorization: `Bearer ${user.accessToken}` },
      });
      expect(answer.status).toBe(200);
      const own = await Socket.signedIn(stack.baseUrl, user);
      expect((await own.ask({ type: 'listProjects' })).type).toBe('projectList');
      await own.close();
    }
    await Promise.all([socket, ...more].map((each) => each.close()));
  });
});
