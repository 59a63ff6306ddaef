import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { commitFiles } from '../../../src/git/commit.js';
import { openRepo } from '../../../src/git/process.js';
import { listRefs, resolve } from '../../../src/git/refs.js';
import { createMirror, type Mirror } from '../../../src/store/mirror/mirror.js';
import { isFullRun } from '../../scope.js';
import { patient } from '../../support/patience.js';

const MAIN = 'refs/heads/main';
const UNKNOWN = 'f'.repeat(40);
/** How often the other side goes on with the work. */
const TURNS = isFullRun ? 50 : 8;

/** Two stores of the same project, as mirror and Volume are. */
let base: string;
let here: Mirror;
let there: Mirror;
let userId: string;
let projectId: string;

beforeAll(async () => {
  base = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-bundles-'));
  [here, there] = [createMirror(path.join(base, 'here')), createMirror(path.join(base, 'there'))];
});
afterAll(() => rm(base, { recursive: true, force: true }));
beforeEach(() => {
  [userId, projectId] = [randomUUID(), randomUUID()];
});

async function repoOf(mirror: Mirror) {
  return openRepo(await mirror.ensure(userId, projectId));
}

/** A version of the game, as publishing leaves it. */
async function publish(mirror: Mirror, text: string, parent: string | null): Promise<string> {
  const files = [
    { path: 'index.html', content: text },
    { path: 'assets/a.bin', content: Buffer.from([0, 255, 13, 10]) },
  ];
  const target = { ref: `refs/jobs/${randomUUID()}/1`, expected: null, parent };
  const revision = await commitFiles(await repoOf(mirror), [], files, { subject: text }, target);
  await mirror.advanceMain(userId, projectId, revision);
  return revision;
}

async function send(
  from: Mirror,
  to: Mirror,
  range: { have: string | null; want: string },
  ref = MAIN,
): Promise<number> {
  const bytes = await from.exportBundle(userId, projectId, range);
  if (bytes) await to.importBundle(userId, projectId, { bytes, want: range.want, ref });
  return bytes?.length ?? 0;
}

const mainOf = async (mirror: Mirror) => resolve(await repoOf(mirror), MAIN);
const leftovers = async (mirror: Mirror, dataDir: string) => [
  ...(await listRefs(await repoOf(mirror), 'refs/incoming')),
  ...(await listRefs(await repoOf(mirror), 'refs/outgoing')),
  ...(await readdir(path.join(dataDir, 'scratch'))),
];

describe('E6: a bundle brings versions from one store to the other', () => {
  it(
    'whole into a store that has nothing, then only what ' + 'lacks; nothing of the way stays',
    async () => {
      const first = await publish(here, 'one', null);
      const wholeBytes = await send(here, there, { have: null, want: first });
      let head = first;
      for (const text of ['two', 'three', 'four']) head = await publish(here, text, head);
      expect(await send(here, there, { have: first, want: head })).toBeGreaterThan(wholeBytes / 2);
      expect(await mainOf(there)).toBe(head);
      expect(await there.listFiles(userId, projectId, head)).toEqual(
        await here.listFiles(userId, projectId, head),
      );
      expect(await there.readFile(userId, projectId, head, 'assets/a.bin')).toEqual(
        Buffer.from([0, 255, 13, 10]),
      );
      expect(await here.exportBundle(userId, projectId, { have: head, want: head })).toBeNull();
      for (const [mirror, name] of [
        [here, 'here'],
        [there, 'there'],
      ] as const)
        expect(await leftovers(mirror, path.join(base, name))).toEqual([]);
    },
  );

  it(
    'into the ref of an attempt, moved by its old value; a repeat and four at once change ' +
      'nothing',
    async () => {
      const first = await publish(here, 'one', null);
      const ref = `refs/jobs/${randomUUID()}/1`;
      const bytes = await here.exportBundle(userId, projectId, { have: null, want: first });
      await Promise.all(
        Array.from({ length: 4 }, () =>
          there.importBundle(userId, projectId, {
            bytes: bytes ?? Buffer.alloc(0),
            want: first,
            ref,
          }),
        ),
      );
      expect(
        (await listRefs(await repoOf(there), 'refs')).map((entry) => [entry.ref, entry.revision]),
      ).toEqual([[ref, first]]);
      const second = await publish(here, 'two', first);
      await send(here, there, { have: first, want: second }, ref);
      expect(await resolve(await repoOf(there), ref)).toBe(second);
    },
  );

  it('a late bundle does not take main back', async () => {
    const first = await publish(here, 'one', null);
    const second = await publish(here, 'two', first);
    await send(here, there, { have: null, want: second });
    await send(here, there, { have: null, want: first });
    expect(await mainOf(there)).toBe(second);
  });

  it(
    'a "have" that is not here counts as nothing; a "want" that is not here is ' +
      'RevisionMissing',
    async () => {
      const first = await publish(here, 'one', null);
      expect(await send(here, there, { have: UNKNOWN, want: first })).toBeGreaterThan(0);
      await expect(
        here.exportBundle(userId, projectId, { have: null, want: UNKNOWN }),
      ).rejects.toMatchObject({ kind: 'RevisionMissing' });
      await expect(
        here.exportBundle(userId, randomUUID(), { have: null, want: first }),
      ).rejects.toMatchObject({ kind: 'RevisionMissing' });
    },
  );

  it(
    'what does not fit, is damaged or cut, or holds another commit is refused and leaves ' +
      'nothing',
    async () => {
      const first = await publish(here, 'one', null);
      const second = await publish(here, 'two', first);
      const bytes =
        (await here.exportBundle(userId, projectId, { have: first, want: second })) ??
        Buffer.alloc(0);
      const whole =
        (await here.exportBundle(userId, projectId, { have: null, want: second })) ??
        Buffer.alloc(0);
      const taking = (given: Uint8Array, want: string) =>
        there.importBundle(userId, projectId, { bytes: given, want, ref: MAIN });
      await expect(taking(bytes, second)).rejects.toMatchObject({
        kind: 'RevisionMissing',
        details: { missing: [first] },
      });
      await expect(taking(Buffer.from('not a bundle'), second)).rejects.toMatchObject({
        kind: 'RevisionMissing',
      });
      await expect(taking(whole.subarray(0, whole.length - 40), second)).rejects.toMatchObject({
        kind: 'OPERATION_FAILED',
      });
      await expect(taking(whole, UNKNOWN)).rejects.toMatchObject({ kind: 'CandidateRefused' });
      expect(await listRefs(await repoOf(there), 'refs')).toEqual([]);
      expect(await leftovers(there, path.join(base, 'there'))).toEqual([]);
      await taking(whole, second);
      expect(await mainOf(there)).toBe(second);
    },
  );

  it(
    'alternations of who works: always equal hashes and trees, one line of versions',
    { timeout: patient(180_000) },
    async () => {
      let head = await publish(here, 'start', null);
      let [worker, other] = [there, here];
      for (let turn = 1; turn <= TURNS; turn += 1) {
        const known = await mainOf(worker);
        await send(other, worker, { have: known, want: head });
        // Sometimes several versions are made before the other side works again.
        for (let made = 0; made <= turn % 2; made += 1)
          head = await publish(worker, `turn ${turn}.${made}`, head);
        [worker, other] = [other, worker];
      }
      await send(other, worker, { have: await mainOf(worker), want: head });
      expect(await mainOf(here)).toBe(head);
      expect(await mainOf(there)).toBe(head);
      expect(await here.treeOf(userId, projectId, head)).toBe(
        await there.treeOf(userId, projectId, head),
      );
    },
  );
});
