import { gameIdFor } from '../../src/contracts/base/ids.js';
import { isHostStack } from '../support/hosts.js';
import { objectsOf } from '../support/objects.js';
import type { Stack } from '../support/stack.js';
import { signIn } from '../support/users.js';
import type { Diary } from './actors.js';
import { namedBytes } from './backups.js';
import type { Served } from './evidence.js';
import { lostBytes } from './restores.js';
import type { Sharing } from './sharing.js';

const ANSWER_MS = 30_000;

/** Reads all bytes that rows name, and asks each API for each game, when all is quiet. */
export async function collectServed(
  stack: Stack,
  diary: Diary,
  sharing: Pick<Sharing, 'uploads' | 'published'> | null,
): Promise<Served> {
  const { uploads, published } = sharing ?? { uploads: [], published: new Set<string>() };
  const named = await namedBytes(stack.env);
  const hashes = new Set(named.values());
  const nothingSeen = { seen: new Map(), last: new Set<string>() };
  const damaged = [
    ...(await lostBytes(nothingSeen, named, { objects: objectsOf(stack), back: 0 })),
    ...uploads.filter(({ hash }) => !hashes.has(hash)).map(({ hash }) => `upload: ${hash}`),
  ];
  const made = diary.runs.filter(
    ({ doing, end, projectId }) =>
      doing === 'make' && end === 'completed' && !diary.deleted.has(projectId),
  );
  const unplayed: string[] = [];
  for (const { userId, projectId } of made) {
    const token = await signIn(stack.env, diary.accounts.get(userId)!);
    for (const api of isHostStack(stack) ? stack.apis : [stack.baseUrl]) {
      const zip = `/api/projects/${projectId}/download`;
      unplayed.push(...(await refusalOf(api, zip, { authorization: `Bearer ${token}` })));
      if (published.has(projectId)) unplayed.push(...(await refusalOfGame(api, projectId)));
    }
  }
  return { damaged, unplayed };
}

async function refusalOfGame(api: string, projectId: string): Promise<string[]> {
  const row = `/api/games/${gameIdFor(projectId)}`;
  const answer = await ask(api, row);
  if (answer.status !== 200) return [`${api}${row}: ${answer.status}`];
  const { playUrl } = ((await answer.json()) as { game: { playUrl: string } }).game;
  return refusalOf(api, playUrl);
}

async function refusalOf(api: string, path: string, headers = {}): Promise<string[]> {
  const { status, ...answer } = await ask(api, path, headers).then(async (response) => ({
    status: response.status,
    bytes: (await response.arrayBuffer()).byteLength,
  }));
  return status === 200 && answer.bytes > 0 ? [] : [`${api}${path}: ${status}`];
}

const ask = (api: string, path: string, headers = {}): Promise<Response> =>
  fetch(new URL(path, api), { headers, signal: AbortSignal.timeout(ANSWER_MS) });
