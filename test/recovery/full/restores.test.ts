import { cp, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OWN_FILES, listBackups, placesIn, WORKFLOWS } from '../../../dev/backup/folder.js';
import { planRestore } from '../../../dev/backup/restore-plan.js';
import { restoreCluster } from '../../../dev/backup/restored-cluster.js';
import { projectWorkflowId } from '../../../src/contracts/base/ids.js';
import { filesBelow } from '../../../src/disk/absent.js';
import { createFileObjectStore } from '../../../src/objects/file-object-store.js';
import { holdSweeps } from '../../../src/objects/unverified.js';
import { commandOn } from '../../contract/ops/command.js';
import { withTemporalOf } from '../../support/builds.js';
import { serviceClient, type Player } from '../../support/checker.js';
import { log } from '../../support/database.js';
import { patient } from '../../support/patience.js';
import { newPlayer, say } from '../../support/player.js';
import { newDataDir, startStack, type Stack } from '../../support/stack.js';

/**
 * Database, store and Temporal come back at different ages: what a stack was at an earlier moment,
 * and at a later one with a job in the middle of its run.
 */
const PARTS = ['database', 'store', 'temporal'] as const;
type Part = (typeof PARTS)[number];
/** The parts that are of the earlier moment; none is no restore. */
const OLDER: readonly (readonly Part[])[] = Array.from({ length: 7 }, (_, at) =>
  PARTS.filter((_part, bit) => ((at + 1) >> bit) & 1),
);
const SETTINGS = { DEMO_SECONDS: '1', WATCH_INTERVAL_MS: '1000' };
/** A run outlasts a backup, which is to find it in its middle. */
const LONG_RUNS = { ...SETTINGS, DEMO_SECONDS: '15' };

let folder = '';
/** Tokens name the address that gave them. */
let port = 0;
let stores: { readonly old: string; readonly now: string };
let backups: { readonly old: string; readonly now: string };
let changed: Player;
let made: Player;
let removed: Player;
let running: Player & { jobId: string };

beforeAll(async () => {
  folder = await newDataDir();
  stores = { old: path.join(folder, 'store-old'), now: path.join(folder, 'store-now') };
  const stack = await startStack({ env: LONG_RUNS });
  port = Number(new URL(stack.baseUrl).port);
  try {
    [changed, removed] = [await newPlayer(stack), await newPlayer(stack)];
    for (const player of [changed, removed]) await make(player);
    await backUp(stack, stores.old);
    await make(changed, '敵を青にして');
    await remove(removed);
    made = await newPlayer(stack);
    await make(made);
    const player = await newPlayer(stack);
    running = { ...player, jobId: await say(player) };
    await player.listener.untilMidRun();
    await backUp(stack, stores.now);
  } finally {
    for (const player of [changed, made, removed, running]) player?.listener.close();
    await stack.stop();
  }
  const [old, now] = await listBackups(folder);
  backups = { old: old?.id ?? '', now: now?.id ?? '' };
}, patient(300_000));
afterAll(() => rm(folder, { recursive: true, force: true }));

async function make(player: Player, content?: string): Promise<void> {
  const from = player.listener.frames.length;
  await say(player, content);
  await expect(player.listener.untilEnd(from)).resolves.toMatchObject({ type: 'completed' });
}

async function remove({ listener, projectId }: Player): Promise<void> {
  listener.send({ type: 'deleteProject', projectId });
  await listener.until(({ type }) => type === 'projectDeleted');
}

/** By the command, and a copy of the store as it is now, which backups do not have. */
async function backUp(stack: Stack, store: string): Promise<void> {
  const { code, err } = await commandOn(stack)('backup', folder);
  expect(err).toBe('');
  expect(code).toBe(0);
  for (const name of ['objects', 'removed'])
    await cp(path.join(stack.dataDir, name), path.join(store, name), {
      recursive: true,
      preserveTimestamps: true,
    }).catch(() => undefined);
}

/** A `DATA_DIR` whose parts are of the earlier or the later moment. */
async function restored(older: readonly Part[]): Promise<string> {
  const dataDir = await newDataDir();
  const ageOf = (part: Part) => (older.includes(part) ? 'old' : 'now');
  const own = (id: string, name: string) => path.join(placesIn(folder).backups, id, name);
  for (const name of OWN_FILES)
    await cp(own(backups.now, name), path.join(dataDir, name), { recursive: true });
  await cp(stores[ageOf('store')], dataDir, { recursive: true, preserveTimestamps: true });
  await cp(own(backups[ageOf('temporal')], WORKFLOWS), path.join(dataDir, WORKFLOWS));
  const plan = await planRestore(own(backups[ageOf('database')], ''), null);
  await restoreCluster(path.join(dataDir, 'postgres'), {
    base: path.join(placesIn(folder).bases, plan.base),
    segments: plan.segments.map((name) => path.join(placesIn(folder).wal, `${name}.gz`)),
    until: null,
    log,
  });
  await holdSweeps(createFileObjectStore(dataDir));
  return dataDir;
}

/** Names of all objects, those that were removed included. */
async function allIn(dataDir: string): Promise<Set<string>> {
  const names = await filesBelow(path.join(dataDir, 'objects'));
  for (const entry of await readdir(path.join(dataDir, 'removed')).catch(() => []))
    names.push(...(await filesBelow(path.join(dataDir, 'removed', entry, 'objects'))));
  return new Set(names.filter((name) => !name.startsWith('marks')));
}

describe.each(OLDER.map((older) => [older.join(', '), older] as const))(
  'L3: the older part is: %s',
  (_name, older) => {
    let [dataDir, before]: [string, Set<string>] = ['', new Set()];
    let stack: Stack;
    beforeAll(async () => {
      dataDir = await restored(older);
      before = await allIn(dataDir);
      stack = await startStack({ dataDir, port, env: SETTINGS });
    });
    afterAll(async () => {
      await stack?.stop();
      await rm(dataDir, { recursive: true, force: true });
    });
    const isOld = (part: Part): boolean => older.includes(part);

    it('what exists is listed, what is lost is told, and nothing is destroyed', async () => {
      const { code, out } = await commandOn(stack)('verify', '--undelete', '--deep', '--json');
      const { lost, isHeld } = JSON.parse(out) as { lost: object[]; isHeld: boolean };
      const isLosing = !isOld('database') && isOld('store');
      const rows = [changed, made].map(({ user, projectId }) => ({
        userId: user.id,
        projectId,
        what: '1 version',
      }));
      expect(lost).toHaveLength(isLosing ? 2 : 0);
      if (isLosing) expect(lost).toEqual(expect.arrayContaining(rows));
      expect([code, isHeld]).toEqual(isLosing ? [1, true] : [0, false]);
      const there = await allIn(dataDir);
      expect([...before].filter((name) => !there.has(name))).toEqual([]);
      // An older database does not know the player either who came later.
      const gone = isOld('database') ? made : removed;
      expect([401, 404]).toContain(await statusOf(stack, gone));
      expect(await statusOf(stack, changed)).toBe(isLosing ? 410 : 200);
      if (isOld('database')) expect(await statusOf(stack, removed)).toBe(200);
      else expect(await statusOf(stack, made)).toBe(isLosing ? 410 : 200);
    });

    it('the job that ran ends, and the next one is made', async () => {
      const open = async (): Promise<string[]> => {
        const { data } = await serviceClient(stack).from('jobs').select('status');
        return (data ?? [])
          .map(({ status }) => status as string)
          .filter((status) => ['pending', 'processing'].includes(status));
      };
      await expect.poll(open, { timeout: patient(60_000) }).toEqual([]);
      const id = projectWorkflowId(running.projectId);
      const query = `ExecutionStatus='Running' AND WorkflowId='${id}'`;
      await expect
        .poll(
          () => withTemporalOf(stack, async ({ workflow }) => (await workflow.count(query)).count),
          { timeout: patient(60_000) },
        )
        .toBe(0);
      const player = await newPlayer(stack);
      await make(player);
      player.listener.close();
    });
  },
);

async function statusOf(stack: Stack, { user, projectId }: Player): Promise<number> {
  const response = await fetch(`${stack.baseUrl}/api/projects/${projectId}/code`, {
    headers: { authorization: `Bearer ${user.accessToken}` },
  });
  await response.body?.cancel();
  return response.status;
}
