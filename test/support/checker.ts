import { createClient } from '@supabase/supabase-js';
import { expect } from 'vitest';
import { chatLineIdFor } from '../../src/contracts/base/ids.js';
import { createFileObjectStore } from '../../src/objects/file-object-store.js';
import { listAll } from '../../src/objects/object-store.js';
import { projectPrefix } from '../../src/versions/kept/places.js';
import { isFullRun } from '../scope.js';
import { patient } from './patience.js';
import { oneTo, seqsOf, type Listener } from './listener.js';
import { leftInScratch } from './scratch.js';
import { runsOf } from './processes.js';
import type { Stack } from './stack.js';
import type { TestUser } from './users.js';
import { versionsOf } from './versions.js';

/** A player with a project and an open socket. */
export interface Player {
  user: TestUser;
  listener: Listener;
  projectId: string;
}

/** A project and whose it is. */
export type Owned = Pick<Player, 'user' | 'projectId'>;

/** How a job ends. */
export type JobEnd = 'completed' | 'failed' | 'cancelled';

/** How soon a message must be accepted when everything is up. */
const AT_ONCE_MS = patient(5_000);
/**
 * Processes and folders may take this long to go after a job's end: the model program is asked to
 * stop first (F1).
 */
const GONE_LIMIT_MS = patient(15_000);
/** After a cancel nothing may be written any more (F1); the long version looks longer. */
// Bare time: time for what must not happen
const WATCH_MS = isFullRun ? 10_000 : 2_000;

interface Revision {
  ordinal: number;
  revision: string;
  parent: string | null;
  job_id: string;
  kind: string;
}

export function serviceClient(stack: Stack) {
  return createClient(
    stack.env['SUPABASE_URL'] ?? '',
    stack.env['SUPABASE_SERVICE_ROLE_KEY'] ?? '',
    { auth: { persistSession: false } },
  );
}

/**
 * The promise, looked at from outside after a job: one end that everybody agrees on. Row, chat
 * lines, line of versions, objects and served game fit together; the listener heard it once and
 * without gap; nothing of the run is left.
 */
export async function expectOneEnd(
  stack: Stack,
  player: Player,
  jobId: string,
  end: JobEnd,
): Promise<void> {
  const { data: row } = await serviceClient(stack)
    .from('jobs')
    .select('status, attempt')
    .eq('id', jobId)
    .single();
  expect(row).toMatchObject({ status: end });
  const own = (await expectOneLine(stack, player)).filter((revision) => revision.job_id === jobId);
  expect(own).toHaveLength(end === 'completed' ? 1 : 0);
  await expectChatLines(stack, player, jobId, end);
  expectHeardOnce(player, jobId, end);
  await expectNothingLeft(stack);
}

/**
 * The versions are one unbroken line that database, objects and served game agree on. Answers them,
 * oldest first.
 */
export async function expectOneLine(stack: Stack, player: Owned): Promise<Revision[]> {
  const { data, error } = await serviceClient(stack)
    .from('revisions')
    .select('ordinal, revision, parent, job_id, kind')
    .eq('project_id', player.projectId)
    .order('ordinal');
  if (error) throw error;
  const line = data as Revision[];
  expect(line.map(({ ordinal }) => ordinal)).toEqual(oneTo(line.length));
  expect(line.map(({ parent }) => parent)).toEqual(
    [null, ...line.map(({ revision }) => revision)].slice(0, line.length),
  );
  const versions = versionsOf(stack);
  for (const { revision, parent } of line) {
    const made = await versions.describe({ projectId: player.projectId, revision });
    expect([made.parent, made.commit.parent]).toEqual([parent, parent]);
  }
  const head = line.at(-1)?.revision;
  if (head) expect(await servedCode(stack, player)).toBe(await codeAt(stack, player, head));
  return line;
}

/** The end stays the end: no file changes any more, and the project takes the next message. */
export async function expectEndStays(
  stack: Stack,
  player: Player,
  jobId: string,
  end: JobEnd,
): Promise<void> {
  await expectOneEnd(stack, player, jobId, end);
  const before = await filesOf(stack, player);
  await new Promise((resolve) => setTimeout(resolve, WATCH_MS));
  expect(await filesOf(stack, player)).toEqual(before);
  await expectOneEnd(stack, player, jobId, end);
  await expectNextAccepted(player);
}

/** Asks a question, which costs no slot: it must be accepted and answered. */
export async function expectNextAccepted({ listener }: Player): Promise<void> {
  const from = listener.frames.length;
  listener.say('どんなゲームが作れますか？');
  await expect(
    listener.until(({ type }) => type === 'jobStarted', from, AT_ONCE_MS),
  ).resolves.toMatchObject({ isExisting: false });
  await expect(listener.untilEnd(from)).resolves.toMatchObject({ type: 'completed' });
}

/** No process of a run, no scratch folder of one, and nothing that was received for a moment. */
export async function expectNothingLeft(stack: Stack): Promise<void> {
  await expect.poll(() => runsOf(stack.dataDir), { timeout: GONE_LIMIT_MS }).toEqual([]);
  const left = () => leftInScratch(stack.dataDir);
  await expect.poll(left, { timeout: GONE_LIMIT_MS }).toEqual([]);
}

export async function servedCode(stack: Stack, { user, projectId }: Owned): Promise<string> {
  const response = await fetch(`${stack.baseUrl}/api/projects/${projectId}/code`, {
    headers: { authorization: `Bearer ${user.accessToken}` },
  });
  expect(response.status).toBe(200);
  return ((await response.json()) as { code: string }).code;
}

/** The page as it is in the version's object. */
export async function codeAt(
  stack: Stack,
  { projectId }: Owned,
  revision: string,
): Promise<string> {
  const page = await versionsOf(stack).readFile({ projectId, revision }, 'index.html');
  return page?.toString('utf8') ?? '';
}

/** The user's line once; the assistant's once when the job was completed, else not at all. */
async function expectChatLines(
  stack: Stack,
  { projectId }: Player,
  jobId: string,
  end: JobEnd,
): Promise<void> {
  const ids = [chatLineIdFor(jobId, 'user'), chatLineIdFor(jobId, 'assistant')];
  const { data, error } = await serviceClient(stack)
    .from('chat_history')
    .select('role')
    .eq('project_id', projectId)
    .in('id', ids);
  if (error) throw error;
  expect(data.map(({ role }) => role as string).sort()).toEqual(
    end === 'completed' ? ['assistant', 'user'] : ['user'],
  );
}

/**
 * One end and no other; the places of the last attempt run from 1 without gap or repeat; the text
 * is the game.
 */
function expectHeardOnce(player: Player, jobId: string, end: JobEnd): void {
  const { frames } = player.listener;
  // `jobStarted` begins the job's story, also when the message had to be sent twice.
  const begun = frames.findLastIndex(
    (frame) => frame.type === 'jobStarted' && frame.jobId === jobId,
  );
  const heard = frames.slice(begun).filter((frame) => frame.jobId === jobId);
  const ends = heard
    .filter(({ type }) => ['completed', 'failed', 'cancelled'].includes(type))
    .map(({ type }) => type);
  // Whoever cancels hears it twice: as the answer and as the job's end (F1).
  expect(ends).toEqual(end === 'cancelled' && ends.length === 2 ? [end, end] : [end]);
  const attempt = Math.max(
    0,
    ...heard.filter(({ type }) => type === 'stream').map((frame) => frame.attempt ?? 0),
  );
  if (attempt === 0) return;
  const seqs = seqsOf(heard, attempt);
  expect(seqs).toEqual(oneTo(seqs.length));
}

/** Every object of a project's versions with the time of its last change. */
export async function filesOf(
  { dataDir }: Stack,
  { projectId }: Pick<Player, 'projectId'>,
): Promise<string[]> {
  const found: string[] = [];
  for await (const { key, modifiedAt } of listAll(
    createFileObjectStore(dataDir),
    projectPrefix(projectId),
  ))
    found.push(`${key} ${modifiedAt.getTime()}`);
  return found;
}
