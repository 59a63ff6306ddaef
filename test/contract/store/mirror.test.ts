import { randomUUID } from 'node:crypto';
import { access, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { commitFiles } from '../../../src/git/commit.js';
import { gitLine, openRepo } from '../../../src/git/process.js';
import { listTree } from '../../../src/git/read.js';
import { listRefs, resolve } from '../../../src/git/refs.js';
import { createMirror, type Mirror } from '../../../src/store/mirror/mirror.js';
import { withReadCache } from '../../../src/store/mirror/cache.js';

let dataDir: string;
let mirror: Mirror;
let userId: string;
let projectId: string;
let repoDir: string;

beforeAll(async () => {
  dataDir = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-mirror-'));
  mirror = createMirror(dataDir);
});
afterAll(async () => {
  await rm(dataDir, { recursive: true, force: true });
});
beforeEach(async () => {
  [userId, projectId] = [randomUUID(), randomUUID()];
  repoDir = await mirror.ensure(userId, projectId);
});

/** A candidate commit with these files, as a run would leave it. */
function commit(
  files: Record<string, string>,
  parent: string | null,
  jobId = randomUUID(),
): Promise<string> {
  const extra = Object.entries(files).map(([file, content]) => ({ path: file, content }));
  return commitFiles(
    openRepo(repoDir),
    [],
    extra,
    { subject: '題' },
    { ref: `refs/jobs/${jobId}/1`, expected: null, parent },
  );
}

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );
const UNKNOWN = 'f'.repeat(40);

describe('where projects are', () => {
  it('below their user, lower-cased, and making one again keeps what is in it', async () => {
    expect(repoDir).toBe(path.join(dataDir, 'users', userId, 'projects', projectId, 'repo.git'));
    const revision = await commit({ 'index.html': '<p>1</p>' }, null);
    expect(await mirror.ensure(userId.toUpperCase(), projectId.toUpperCase())).toBe(repoDir);
    expect(
      (await mirror.readFile(userId.toUpperCase(), projectId, revision, 'index.html'))?.toString(),
    ).toBe('<p>1</p>');
  });

  it('nothing but UUIDs becomes a path', async () => {
    const before = await readdir(dataDir);
    for (const odd of ['..', '../..', `${projectId}/..`, '', 'x', `${projectId}\0`]) {
      await expect(mirror.ensure(userId, odd)).rejects.toMatchObject({ kind: 'PATH_ESCAPE' });
      await expect(mirror.remove(odd, projectId)).rejects.toMatchObject({ kind: 'PATH_ESCAPE' });
      await expect(mirror.readFile(odd, projectId, UNKNOWN, 'index.html')).rejects.toMatchObject({
        kind: 'PATH_ESCAPE',
      });
    }
    expect(await readdir(dataDir)).toEqual(before);
  });
});

describe('reading', () => {
  it('files by revision, byte for byte; what is not there is null', async () => {
    const bytes = '\uFEFFa\r\nb\0c';
    const first = await commit({ 'index.html': bytes, 'js/game.js': 'let x' }, null);
    const second = await commit({ 'index.html': 'new' }, first);
    expect(await mirror.readFile(userId, projectId, first, 'index.html')).toEqual(
      Buffer.from(bytes),
    );
    expect((await mirror.readFile(userId, projectId, second, 'index.html'))?.toString()).toBe(
      'new',
    );
    for (const file of ['missing.html', '../index.html', '', 'js', '/etc/passwd'])
      expect(await mirror.readFile(userId, projectId, first, file)).toBeNull();
    expect(
      (await mirror.listFiles(userId, projectId, first)).map((entry) => [
        entry.path,
        entry.sizeBytes,
      ]),
    ).toEqual([
      ['index.html', Buffer.byteLength(bytes)],
      ['js/game.js', 5],
    ]);
  });

  it('equal files have equal trees', async () => {
    const first = await commit({ 'index.html': '1' }, null);
    const second = await commit({ 'index.html': '2' }, first);
    const third = await commit({ 'index.html': '1' }, second);
    expect(await mirror.treeOf(userId, projectId, third)).toBe(
      await mirror.treeOf(userId, projectId, first),
    );
    expect(await mirror.treeOf(userId, projectId, second)).not.toBe(
      await mirror.treeOf(userId, projectId, first),
    );
  });

  it(
    'a revision or a whole project that is not here is ' + 'RevisionMissing, never an older one',
    async () => {
      await commit({ 'index.html': '1' }, null);
      for (const project of [projectId, randomUUID()]) {
        const reads = await Promise.allSettled([
          mirror.readFile(userId, project, UNKNOWN, 'index.html'),
          mirror.listFiles(userId, project, UNKNOWN),
          mirror.treeOf(userId, project, UNKNOWN),
          mirror.readAiContext(userId, project, UNKNOWN),
          mirror.readVersionEdits(userId, project, UNKNOWN),
          mirror.readDifference(userId, project, UNKNOWN, UNKNOWN),
          mirror.assertRevision(userId, project, UNKNOWN, null),
          mirror.commitRestore(userId, project, {
            from: UNKNOWN,
            parent: UNKNOWN,
            actionId: randomUUID(),
            subject: '',
          }),
        ]);
        expect(
          reads.map((read) => read.status === 'rejected' && (read.reason as { kind: string }).kind),
        ).toEqual(Array(8).fill('RevisionMissing'));
      }
    },
  );
});

describe('what differs between two versions', () => {
  it('is told of each text file of the game, the page first, in either direction', async () => {
    const lines = (changed: string): string =>
      [...Array.from({ length: 20 }, (_, index) => `line ${index}`), changed, ''].join('\n');
    const first = await commit({ 'index.html': lines('old'), 'a.js': '1\n' }, null);
    const second = await commit({ 'index.html': lines('new'), 'a.js': '1\n' }, first);
    const third = await commit(
      {
        ...{ 'index.html': lines('newest'), 'b.js': '2\n' },
        ...{ 'specs/game.md': 'a note', '.ai-context/a.json': '{}' },
      },
      second,
    );
    const [page, gone, made, ...more] = await mirror.readDifference(
      ...[userId, projectId, first, third],
    );
    expect(page).toEqual({
      path: 'index.html',
      diff: '@@ -18,4 +18,4 @@ line 16\n line 17\n line 18\n line 19\n-old\n+newest\n',
    });
    expect([gone, made]).toEqual([
      { path: 'a.js', diff: '@@ -1 +0,0 @@\n-1\n' },
      { path: 'b.js', diff: '@@ -0,0 +1 @@\n+2\n' },
    ]);
    expect(more).toEqual([]);
    const back = await mirror.readDifference(userId, projectId, third, first);
    expect(back[0]).toMatchObject({ diff: expect.stringContaining('-newest\n+old\n') as string });
    expect(await mirror.readDifference(userId, projectId, first, first)).toEqual([]);
  });

  it('is bounded: fifty files, and no more text than a page can show', async () => {
    const files = (content: string) =>
      Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`${index}.js`, content]));
    const first = await commit({ 'index.html': '', ...files('a') }, null);
    const second = await commit({ 'index.html': '', ...files('b') }, first);
    expect(await mirror.readDifference(userId, projectId, first, second)).toHaveLength(50);
    const large = await commit({ 'index.html': 'x'.repeat(300_000), ...files('b') }, second);
    expect(await mirror.readDifference(userId, projectId, second, large)).toEqual([]);
  });
});

describe('what a version changed (generation.md §13)', () => {
  const note = (fields: object): string =>
    JSON.stringify({
      timestamp: '2026-01-01T00:00:00Z',
      userPrompt: '速く',
      aiSummary: '速くしました',
      skills: [],
      generator: 'claude',
      ...fields,
    });
  const edit = { path: 'index.html', old_string: 'a', new_string: 'b' };

  it('the edits of the newest note, with its summary', async () => {
    const revision = await commit(
      {
        'index.html': 'b',
        '.ai-context/2026-01-01T00-00-00.json': note({ aiSummary: '古い', edits: [] }),
        '.ai-context/2026-02-01T00-00-00.json': note({ edits: [edit] }),
      },
      null,
    );
    expect(await mirror.readVersionEdits(userId, projectId, revision)).toEqual({
      edits: [edit],
      summary: '速くしました',
    });
    expect(await mirror.readAiContext(userId, projectId, revision)).toMatchObject({
      userPrompt: '速く',
      generator: 'claude',
      suggestions: [],
    });
  });

  it('without edits in the note: what happened to index.html, as one diff', async () => {
    const first = await commit(
      { 'index.html': 'line one\n', '.ai-context/a.json': note({ edits: [] }) },
      null,
    );
    const second = await commit(
      { 'index.html': 'line two\n', '.ai-context/a.json': note({ edits: [] }) },
      first,
    );
    const { edits, summary } = await mirror.readVersionEdits(userId, projectId, second);
    expect(summary).toBe('速くしました');
    expect(edits).toHaveLength(1);
    expect(edits[0]).toMatchObject({
      diff: expect.stringMatching(/-line one\n\+line two\n/) as string,
    });
    expect((await mirror.readVersionEdits(userId, projectId, first)).edits).toEqual([
      { diff: expect.stringContaining('+line one') as string },
    ]);
  });

  it('neither: none', async () => {
    const first = await commit({ 'index.html': 'same', 'a.js': '1' }, null);
    const second = await commit({ 'index.html': 'same', 'a.js': '2' }, first);
    expect(await mirror.readVersionEdits(userId, projectId, second)).toEqual({
      edits: [],
      summary: '',
    });
    expect(await mirror.readAiContext(userId, projectId, second)).toBeNull();
  });

  it('a note that cannot be read counts as none; odd fields count as not noted', async () => {
    for (const text of ['{"aiSummary":', '[]', 'null', '\0\xff', '7']) {
      const revision = await commit({ 'index.html': '1', '.ai-context/a.json': text }, null);
      expect(await mirror.readAiContext(userId, projectId, revision)).toBeNull();
    }
    const odd = await commit(
      {
        'index.html': '1',
        '.ai-context/a.json': note({ aiSummary: 7, edits: [{ path: 1 }], generator: 'x' }),
      },
      null,
    );
    expect(await mirror.readAiContext(userId, projectId, odd)).toMatchObject({
      aiSummary: '',
      edits: [],
      generator: 'unknown',
      userPrompt: '速く',
    });
  });
});

describe('main and candidates', () => {
  const main = () => resolve(openRepo(repoDir), 'refs/heads/main');

  it('main follows published revisions, never back, whoever comes late', async () => {
    const first = await commit({ 'index.html': '1' }, null);
    const second = await commit({ 'index.html': '2' }, first);
    await mirror.advanceMain(userId, projectId, first);
    expect(await main()).toBe(first);
    await Promise.all(
      Array.from({ length: 4 }, () => mirror.advanceMain(userId, projectId, second)),
    );
    await mirror.advanceMain(userId, projectId, first);
    expect(await main()).toBe(second);
  });

  it('a commit is accepted only as the child of what it was made from', async () => {
    const first = await commit({ 'index.html': '1' }, null);
    const second = await commit({ 'index.html': '2' }, first);
    await mirror.assertRevision(userId, projectId, first, null);
    await mirror.assertRevision(userId, projectId, second, first);
    await expect(mirror.assertRevision(userId, projectId, second, null)).rejects.toMatchObject({
      kind: 'CandidateRefused',
    });
    await expect(mirror.assertRevision(userId, projectId, first, second)).rejects.toMatchObject({
      kind: 'CandidateRefused',
    });
  });

  it.each(['CLAUDE.md', 'js/new\nline.js', '-rf', 'INDEX.html', 'assets/.mcp.json'])(
    'E3: a commit that holds %j is refused, whoever let it through',
    async (name) => {
      const odd = await commit({ 'index.html': '1', [name]: 'x' }, null);
      await expect(mirror.assertRevision(userId, projectId, odd, null)).rejects.toMatchObject({
        kind: 'CandidateRefused',
      });
    },
  );

  it('E3: a commit that holds a link is refused', async () => {
    const plain = await commit({ 'index.html': '/etc/passwd' }, null);
    const repo = openRepo(repoDir);
    const [file] = await listTree(repo, plain);
    const tree = await gitLine(repo, ['mktree'], {
      input: `120000 blob ${file?.oid}\tindex.html\n`,
    });
    const names = { GIT_AUTHOR_NAME: 'x', GIT_AUTHOR_EMAIL: 'x', GIT_COMMITTER_NAME: 'x' };
    const odd = await gitLine(repo, ['commit-tree', tree, '-m', 'x'], {
      env: { ...names, GIT_COMMITTER_EMAIL: 'x' },
    });
    await expect(mirror.assertRevision(userId, projectId, odd, null)).rejects.toMatchObject({
      details: { reason: 'special-file' },
    });
  });

  it(
    'E5: a restore has the very tree of the old revision, follows the head, and is one ' +
      'commit however often it is tried',
    async () => {
      const first = await commit({ 'index.html': 'a\r\n', 'only-then.js': '1' }, null);
      const second = await commit({ 'index.html': 'b', 'later.js': '2' }, first);
      const input = { from: first, parent: second, actionId: randomUUID(), subject: '元に戻す' };
      const restored = await mirror.commitRestore(userId, projectId, input);
      expect(restored).not.toBe(first);
      expect(await mirror.treeOf(userId, projectId, restored)).toBe(
        await mirror.treeOf(userId, projectId, first),
      );
      await mirror.assertRevision(userId, projectId, restored, second);
      // Bare time: git tells time in whole seconds
      await new Promise((done) => setTimeout(done, 1_100));
      expect(await mirror.commitRestore(userId, projectId, input)).toBe(restored);
      const other = await mirror.commitRestore(userId, projectId, { ...input, parent: restored });
      await mirror.assertRevision(userId, projectId, other, restored);
    },
  );

  const none = async (): Promise<Set<string>> => new Set();

  it('old candidates are collected in every project; young ones and main stay', async () => {
    const candidate = await commit({ 'index.html': '1' }, null);
    await commit({ 'index.html': '2' }, candidate);
    await mirror.advanceMain(userId, projectId, candidate);
    await mkdir(path.join(dataDir, 'users', randomUUID(), 'projects', randomUUID()), {
      recursive: true,
    });
    const jobs = () => listRefs(openRepo(repoDir), 'refs/jobs');
    await mirror.removeCandidates(60_000, none, 60_000);
    expect(await jobs()).toHaveLength(2);
    // Bare time: git tells time in whole seconds
    await new Promise((done) => setTimeout(done, 1_100));
    expect(await mirror.removeCandidates(0, none, 60_000)).toBeGreaterThanOrEqual(2);
    expect(await jobs()).toEqual([]);
    expect(await main()).toBe(candidate);
    expect(
      await createMirror(path.join(dataDir, 'nowhere')).removeCandidates(0, none, 60_000),
    ).toBe(0);
  });

  it('E4: what failed jobs had made stays for two weeks', async () => {
    const failed = `refs/failed/${randomUUID()}`;
    const repo = openRepo(repoDir);
    const days = (count: number) => new Date(Date.now() - count * 24 * 60 * 60_000);
    const make = async (ref: string, madeAt: Date) =>
      commitFiles(
        repo,
        [],
        [{ path: 'index.html', content: ref }],
        { subject: ref, madeAt },
        {
          ref,
          expected: null,
          parent: null,
        },
      );
    await make(failed, days(13));
    await make(`${failed}-old`, days(15));
    await mirror.removeCandidates(0, none, 60_000);
    expect((await listRefs(repo, 'refs/failed')).map(({ ref }) => ref)).toEqual([failed]);
  });
});

describe('removing a project', () => {
  it('takes its folder and nothing else, again and again, also after an interruption', async () => {
    const sibling = randomUUID();
    await mirror.ensure(userId, sibling);
    const folder = path.dirname(repoDir);
    await mkdir(path.join(path.dirname(folder), `.removed-${projectId}`), { recursive: true });
    await writeFile(path.join(folder, 'thumbnail.png'), '');
    await mirror.remove(userId, projectId);
    await mirror.remove(userId, projectId);
    expect(await readdir(path.dirname(folder))).toEqual([sibling]);
    await expect(mirror.remove(randomUUID(), randomUUID())).resolves.toBeUndefined();
  });

  it('does not follow links out of the folder', async () => {
    const outside = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-outside-'));
    await writeFile(path.join(outside, 'kept.txt'), '');
    await symlink(outside, path.join(path.dirname(repoDir), 'link'));
    await mirror.remove(userId, projectId);
    expect(await exists(path.join(outside, 'kept.txt'))).toBe(true);
    expect(await exists(path.dirname(repoDir))).toBe(false);
    await rm(outside, { recursive: true });
  });
});

describe('files that were read of late', () => {
  it(
    'are read without git, by revision; null and other ' + 'revisions are not remembered as them',
    async () => {
      const revision = await commit({ 'index.html': 'one' }, null);
      let reads = 0;
      const counted: Mirror = {
        ...mirror,
        readFile: (...args) => {
          reads += 1;
          return mirror.readFile(...args);
        },
      };
      const cached = withReadCache(counted);
      const next = await commit({ 'index.html': 'two' }, revision);
      const read = async (of: string, file = 'index.html') =>
        (await cached.readFile(userId, projectId, of, file))?.toString() ?? null;
      expect([
        await read(revision),
        await read(revision),
        await read(next),
        await read(next),
        reads,
      ]).toEqual(['one', 'one', 'two', 'two', 2]);
      expect([await read(next, 'x'), await read(next, 'x'), reads]).toEqual([null, null, 4]);
    },
  );

  it('E7: are missed when the repository is gone', async () => {
    const revision = await commit({ 'index.html': 'one' }, null);
    const cached = withReadCache(mirror);
    expect((await cached.readFile(userId, projectId, revision, 'index.html'))?.toString()).toBe(
      'one',
    );
    await mirror.remove(userId, projectId);
    await expect(cached.readFile(userId, projectId, revision, 'index.html')).rejects.toMatchObject({
      kind: 'RevisionMissing',
    });
  });
});
