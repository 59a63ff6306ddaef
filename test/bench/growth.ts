import { randomUUID } from 'node:crypto';
import { projectWorkflowId } from '../../src/contracts/base/ids.js';
import { createFileObjectStore } from '../../src/objects/file-object-store.js';
import { encodeVersion } from '../../src/versions/format/encode.js';
import { VersionObjects } from '../../src/versions/kept/places.js';
import type { Stack } from '../support/stack.js';
import type { Bench, Measurement, Row } from './measurement.js';
import { Player, openSession, tap, type Session } from './player.js';
import { restoreBackAndForth } from './reads.js';
import { median } from './statistics.js';
import { admin, must } from './synthetic-job.js';

const ROWS_PER_INSERT = 500;
const PAGE_SIZE = 30;
/** Flat = not more than twice as long, or so little more that nobody can feel it. */
const FELT_MS = 50;

/** (h) Nothing gets slower for a player who has made much: lists come in pages. */
export const growth: Measurement = {
  name: 'growth',
  title: 'Growth: many versions, projects, chat lines',
  pace: 'unpaced',
  async run(bench) {
    const [versions, projects, lines] = bench.quick
      ? [1_000, 2_000, 1_000]
      : [5_000, 10_000, 5_000];
    const session = await openSession(bench);
    await tap(session.player);
    await addVersions(bench, session, 9);
    await addLines(bench, session, 48);
    await addProjects(bench, session, 9);
    const small = await timings(bench, session);
    await addVersions(bench, session, versions - 10);
    await addLines(bench, session, lines - 50);
    const deep = await timings(bench, session);
    await addProjects(bench, session, projects - 10);
    const wide = await timings(bench, session);
    session.player.close();
    return [
      ...rows(`10 → ${versions} versions, 50 → ${lines} lines`, small, deep, [
        'select',
        'versions',
        'older versions',
        'restore',
      ]),
      ...rows(`10 → ${projects} projects`, small, wide, [
        'sign in as our pages do',
        "sign in as V2's client",
        'select',
      ]),
    ];
  },
};

type Timings = Record<string, number>;

const rows = (what: string, small: Timings, large: Timings, names: readonly string[]): Row[] =>
  names.map((name) => {
    const [before, after] = [small[name] ?? NaN, large[name] ?? NaN];
    return {
      what: `${what}: ${name}, p50`,
      value: after,
      unit: 'ms',
      target: { atMost: Math.round(Math.max(before * 2, before + FELT_MS)) },
      note: `was ${before.toFixed(1)} ms`,
    };
  });

async function timings(bench: Bench, session: Session): Promise<Timings> {
  const { player, projectId, user } = session;
  const rounds = bench.quick ? 5 : 15;
  const time = async (step: () => Promise<unknown>): Promise<number> => {
    const valuesMs: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const startedMs = performance.now();
      await step();
      valuesMs.push(performance.now() - startedMs);
    }
    return median(valuesMs);
  };
  return {
    select: await time(() => player.ask({ type: 'selectProject', projectId }, 'projectSelected')),
    versions: await time(() => player.ask({ type: 'getVersions', projectId }, 'versionsList')),
    'older versions': await time(() =>
      player.ask({ type: 'getVersions', projectId, before: 9 }, 'versionsList'),
    ),
    restore: median(await restoreBackAndForth(session, rounds)),
    'sign in as our pages do': await time(async () =>
      (await Player.connect(bench.stack.baseUrl, user.accessToken, PAGE_SIZE)).close(),
    ),
    "sign in as V2's client": await time(async () =>
      (await Player.connect(bench.stack.baseUrl, user.accessToken)).close(),
    ),
  };
}

/** Rows by the hundred. */
export async function insert(stack: Stack, table: string, list: readonly object[]): Promise<void> {
  for (let at = 0; at < list.length; at += ROWS_PER_INSERT)
    await must(
      admin(stack)
        .from(table)
        .insert(list.slice(at, at + ROWS_PER_INSERT)),
    );
}

const addProjects = (bench: Bench, { user }: Session, count: number): Promise<void> =>
  insert(
    bench.stack,
    'projects',
    Array.from({ length: count }, (_, index) => ({ user_id: user.id, name: `project ${index}` })),
  );

const addLines = (bench: Bench, { projectId }: Session, count: number): Promise<void> =>
  insert(
    bench.stack,
    'chat_history',
    Array.from({ length: count }, (_, index) => ({
      project_id: projectId,
      role: 'user',
      message: `line ${index} `.repeat(20),
    })),
  );

/** Versions that follow the head, each with another page, and their rows. */
async function addVersions(bench: Bench, { projectId }: Session, count: number): Promise<void> {
  const db = admin(bench.stack);
  const [head] = (await must(
    db
      .from('revisions')
      .select('revision, ordinal')
      .eq('project_id', projectId)
      .order('ordinal', { ascending: false })
      .limit(1),
  )) as { revision: string; ordinal: number }[];
  if (!head) throw new Error(`nothing was published by ${projectWorkflowId(projectId)}`);
  const store = new VersionObjects(createFileObjectStore(bench.stack.dataDir));
  const rows = [];
  for (let index = 0, parent = head.revision; index < count; index += 1) {
    const page = `<!doctype html><script>const version = ${index};</script>`;
    const work = { projectId, workId: randomUUID() };
    const made = await encodeVersion({
      parent,
      message: { subject: `change ${index}`, trailers: { 'Job-Id': work.workId } },
      madeAt: new Date(),
      kept: [],
      files: [{ path: 'index.html', bytes: Buffer.from(page) }],
    });
    const { workId, sha, sizeBytes } = await store.put(projectId, work.workId, made);
    rows.push({
      project_id: projectId,
      ordinal: head.ordinal + index + 1,
      revision: made.manifest.revision,
      parent,
      job_id: workId,
      kind: 'generate',
      subject: `change ${index}`,
      object_sha: sha,
      object_bytes: sizeBytes,
      refs: [],
    });
    parent = made.manifest.revision;
  }
  await insert(bench.stack, 'revisions', rows);
}
