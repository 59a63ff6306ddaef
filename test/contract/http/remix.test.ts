import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { beforeAll, describe, expect, it } from 'vitest';
import { actionWorkflowId, gameIdFor } from '../../../src/contracts/base/ids.js';
import { attributesOf } from '../../../src/contracts/durable/search-attributes.js';
import { createFileObjectStore } from '../../../src/objects/file-object-store.js';
import { createScreenshots } from '../../../src/objects/screenshots.js';
import { createStore, type Store } from '../../../src/store/index.js';
import type { Versions } from '../../../src/versions/kept/versions.js';
import { log } from '../../support/database.js';
import { sharedStack } from '../../support/shared-stack.js';
import { createUser, type TestUser } from '../../support/users.js';
import { Socket } from '../ws/socket.js';
import { anyText } from './matchers.js';
import { publishVersion, versionsIn } from '../../support/versions.js';

/** Remix: a stranger makes a project of his own from what a maker has published, and allows. */
const stack = sharedStack();
let store: Store;
let versions: Versions;
let maker: TestUser;
let stranger: TestUser;
beforeAll(async () => {
  const { SUPABASE_URL = '', SUPABASE_ANON_KEY = '', SUPABASE_SERVICE_ROLE_KEY = '' } = stack.env;
  store = createStore({ SUPABASE_URL, SUPABASE_ANON_KEY, SUPABASE_SERVICE_ROLE_KEY }, log);
  versions = versionsIn(stack.dataDir, store);
  [maker, stranger] = [
    await createUser(stack.env, 'maker'),
    await createUser(stack.env, 'remixer'),
  ];
});

const FILES = {
  'index.html': '<html><head></head><body>星よけ</body></html>',
  'data/levels.json': '[1]',
  'SPEC.md': 'how it was made',
  '.ai-context/1.json': '{}',
};

async function call(
  method: string,
  target: string,
  user: TestUser | null,
  body: object = {},
  headers: Record<string, string> = {},
): Promise<{ status: number; json: Record<string, unknown> }> {
  const answer = await fetch(`${stack.baseUrl}${target}`, {
    method,
    headers: {
      ...(user ? { authorization: `Bearer ${user.accessToken}` } : {}),
      'content-type': 'application/json',
      ...headers,
    },
    ...(method === 'GET' ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, json: (await answer.json()) as Record<string, unknown> };
}

/** A published game of the maker's, and a version after it that is not out. */
async function published(
  listing: { remix: string; visibility?: string },
  screenshot: string | null = null,
): Promise<string> {
  const { id } = await store.projects.create(maker.id, '作りかけ');
  await publishVersion({ store }, stack.dataDir, maker, id, FILES, { screenshot });
  const title = '星よけ';
  const answer = await call('POST', `/api/projects/${id}/publish`, maker, { title, ...listing });
  expect(answer.status).toBe(200);
  return id;
}

const remix = (
  projectId: string,
  user: TestUser | null,
  actionId = randomUUID(),
  headers: Record<string, string> = {},
) => call('POST', `/api/games/${gameIdFor(projectId)}/remix`, user, { actionId }, headers);

describe('Remix', () => {
  it('makes one project of what is out, without what tells how it was made', async () => {
    const parentId = await published({ remix: 'allowed' });
    const actionId = randomUUID();
    const { revision = '' } = (await store.revisions.head(parentId)) ?? {};
    await store.revisions.mark(parentId, revision, { name: '元の名前', isBookmarked: true });
    const answers = await Promise.all([
      remix(parentId, stranger, actionId),
      remix(parentId, stranger, actionId),
    ]);
    answers.push(await remix(parentId, stranger, actionId));
    for (const { status, json } of answers)
      expect({ status, json }).toEqual({ status: 200, json: answers[0]?.json });
    const projectId = String(answers[0]?.json['projectId']);

    const socket = await Socket.signedIn(stack.baseUrl, stranger);
    const selected = await socket.ask({ type: 'selectProject', projectId });
    expect(selected).toMatchObject({
      history: [{ role: 'system', content: '「星よけ」をもとに作りました' }],
      versions: [{ number: 1, current: true, message: 'Remix of 星よけ', isBookmarked: false }],
    });
    // What the maker of the original called it is his.
    expect(JSON.stringify(selected)).not.toContain('元の名前');
    const head = await store.revisions.head(projectId);
    const files = await versions.listFiles({ projectId, revision: head?.revision ?? '' });
    expect(files.map(({ path }) => path).sort()).toEqual(['data/levels.json', 'index.html']);
    const list = (await store.projects.list(stranger.id)).filter(({ id }) => id === projectId);
    expect(list).toMatchObject([{ name: '星よけ', remixedFrom: parentId, isPublic: false }]);

    // A change of it is a version after the first, and the parent stays as it is.
    const content = '2Dのシューティングゲームを作って';
    socket.send({ type: 'message', content, skipStyleSelection: true });
    await socket.next('gameUpdated');
    expect(await socket.ask({ type: 'getVersions', projectId })).toMatchObject({
      versions: [
        { number: 1, current: true },
        { number: 2, message: 'Remix of 星よけ' },
      ],
    });
    await socket.close();
    expect(await store.revisions.list(parentId)).toHaveLength(1);
  });

  it('is shown by the screenshot of what it was made from, whose project may go', async () => {
    const screenshots = createScreenshots(createFileObjectStore(stack.dataDir));
    const name = 'e'.repeat(64);
    const parentId = await published({ remix: 'allowed' }, name);
    const place = { userId: maker.id, projectId: parentId };
    await screenshots.keep(place, name, Buffer.from('seen'), Buffer.from('its square'));
    const projectId = String((await remix(parentId, stranger)).json['projectId']);
    await screenshots.removeProject(place);
    const socket = await Socket.signedIn(stack.baseUrl, stranger);
    const { projects } = await socket.ask({ type: 'listProjects' });
    await socket.close();
    const list = projects as { id: string; imageUrl: string | null }[];
    const imageUrl = list.find(({ id }) => id === projectId)?.imageUrl;
    expect(imageUrl).toBe(`/api/projects/${projectId}/screenshots/${name}`);
    for (const [query, seen] of [
      ['', 'seen'],
      ['?card=1', 'its square'],
    ] as const) {
      const headers = { authorization: `Bearer ${stranger.accessToken}` };
      const answer = await fetch(`${stack.baseUrl}${imageUrl}${query}`, { headers });
      expect(await answer.text()).toBe(seen);
    }
    // A game that was never seen has none to give.
    const unseen = await published({ remix: 'allowed' });
    const { json } = await remix(unseen, stranger);
    expect(await store.revisions.head(String(json['projectId']))).toMatchObject({
      screenshot: null,
    });
  });

  it('credits its parent where it is published, while that is out', async () => {
    const parentId = await published({ remix: 'allowed' });
    const { json } = await remix(parentId, stranger);
    const projectId = String(json['projectId']);
    await call('POST', `/api/projects/${projectId}/publish`, stranger, { title: '星よけ２' });
    const card = async () => (await call('GET', `/api/games/${projectId}`, null)).json['game'];
    expect(await card()).toMatchObject({
      remixOf: { id: gameIdFor(parentId), title: '星よけ', creator: null },
    });
    // A game that is found by its link alone is named to nobody else.
    const unlisted = { title: '星よけ', visibility: 'unlisted' };
    await call('POST', `/api/projects/${parentId}/publish`, maker, unlisted);
    expect(await card()).toMatchObject({ remixOf: null });
    await call('POST', `/api/projects/${parentId}/unpublish`, maker);
    expect(await card()).toMatchObject({ remixOf: null });
  });

  it('is the maker’s to allow, and needs an account', async () => {
    const disallowed = await published({ remix: 'disallowed' });
    expect(await remix(disallowed, stranger)).toEqual({
      status: 403,
      json: { error: 'Remix is not allowed for this game' },
    });
    expect(await remix(disallowed, maker)).toMatchObject({ status: 200 });
    const hidden = await published({ remix: 'allowed', visibility: 'private' });
    expect(await remix(hidden, stranger)).toMatchObject({ status: 404 });
    expect(await remix(disallowed, null)).toEqual({ status: 401, json: { error: anyText } });
  });

  it('is not joined under the id of an action of another user', async () => {
    const parentId = await published({ remix: 'allowed' });
    const action = { id: randomUUID(), userId: stranger.id, projectId: null, kind: 'remixGame' };
    await store.actions.open(action);
    const connection = await Connection.connect({ address: stack.env['TEMPORAL_ADDRESS'] ?? '' });
    try {
      const run = await new Client({ connection }).workflow.start('remixGame', {
        workflowId: actionWorkflowId(action.id),
        taskQueue: 'without-workers',
        typedSearchAttributes: attributesOf({ jobId: action.id, userId: stranger.id }),
      });
      const { status, json } = await remix(parentId, maker, action.id, { prefer: 'respond-async' });
      await run.terminate();
      expect({ status, json }).toEqual({ status: 403, json: { error: 'Access denied' } });
    } finally {
      await connection.close();
    }
  });
});
