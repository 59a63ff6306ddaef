import { execFileSync } from 'node:child_process';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { chmod, mkdir, readdir, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { WELCOME_PAGE } from '../../../src/domain/game/welcome-page.js';

/** Writes files below a folder, making the folders they need. */
export async function put(
  folder: string,
  files: Readonly<Record<string, string | Buffer>>,
): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), content);
  }
}

export function gitIn(
  folder: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): string {
  const clean = {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    LC_ALL: 'C.UTF-8',
  };
  return execFileSync('git', args, {
    cwd: folder,
    env: { ...clean, ...env },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/**
 * A project folder as V2 made and kept it: a work tree with its own repository, committed with `add
 * -A`.
 */
export interface V2Project {
  readonly id: string;
  readonly folder: string;
  /** Commits what lies there, one minute after the last one. */
  commit(subject: string, options?: readonly string[]): void;
}

const FIRST_COMMIT = Date.UTC(2025, 0, 6, 3, 0, 0);

export async function makeProject(
  dataDir: string,
  userId: string,
  id: string = randomUUID(),
): Promise<V2Project> {
  const folder = path.join(dataDir, 'users', userId, 'projects', id);
  await mkdir(folder, { recursive: true });
  gitIn(folder, ['init', '--quiet', '--initial-branch=master']);
  gitIn(folder, ['config', 'user.name', 'Game Creator']);
  gitIn(folder, ['config', 'user.email', 'gamecreator@local']);
  let count = 0;
  const project: V2Project = {
    id,
    folder,
    commit(subject, options = []) {
      const date = new Date(FIRST_COMMIT + count * 60_000).toISOString();
      count += 1;
      gitIn(folder, ['add', '-A']);
      gitIn(folder, ['commit', '--quiet', ...options, '-m', subject], {
        GIT_AUTHOR_DATE: date,
        GIT_COMMITTER_DATE: date,
      });
    },
  };
  await put(folder, { 'index.html': WELCOME_PAGE });
  project.commit('Initial project setup');
  return project;
}

/** A page that is a game: long enough and without the welcome. */
export function game(title: string): string {
  return (
    `<!DOCTYPE html>\n<html lang="ja"><head><title>${title}</title></` +
    `head>\r\n<body><canvas></canvas><script>\nconst title = '${title}';\n</script></body></` +
    'html>\n'
  );
}

/** A generation of V2's: the game, its note, and the specifications that enter the next commit. */
export async function generate(project: V2Project, number: number, subject: string): Promise<void> {
  const [minute, second] = [Math.floor(number / 60), number % 60].map((part) =>
    String(part).padStart(2, '0'),
  );
  const stamp = `2025-01-06T03-${minute}-${second}`;
  await put(project.folder, {
    'index.html': game(`ゲーム ${number}`),
    [`.ai-context/${stamp}.json`]: JSON.stringify({
      timestamp: stamp,
      userPrompt: subject,
      aiSummary: `要約 ${number}`,
      skills: [],
      generator: 'claude',
      edits: [],
    }),
  });
  project.commit(subject);
  await put(project.folder, {
    'specs/game.md': `# 仕様 ${number}\n`,
    'specs/progress.md': `- [x] ${number}\n`,
  });
}

/** What V2 showed: the newest 50 commits without those that are no versions, 20 of them. */
export function v2List(
  folder: string,
): { hash: string; number: number; message: string; timestamp: string }[] {
  const lines = gitIn(folder, ['log', '-50', '-z', '--format=%h%x1f%s%x1f%aI'])
    .split('\0')
    .filter(Boolean)
    .map((line) => line.split('\x1f'));
  return lines
    .filter(
      ([, subject = '']) =>
        !/Initial project setup|Before restore|Restored to|Migration from/.test(subject),
    )
    .map(([hash = '', message = '', date = ''], index) => ({
      hash,
      number: index + 1,
      message,
      timestamp: new Date(date).toISOString(),
    }))
    .slice(0, 20);
}

/** All files of a commit, byte for byte, as V2's own git tells them. */
export function v2Tree(folder: string, commit: string): Map<string, string> {
  const records = gitIn(folder, [
    '-c',
    'core.quotePath=false',
    'ls-tree',
    '-r',
    '-z',
    '--full-tree',
    commit,
  ])
    .split('\0')
    .filter(Boolean);
  return new Map(
    records.map((record) => [
      record.slice(record.indexOf('\t') + 1),
      record.split(' ')[2]?.slice(0, 40) ?? '',
    ]),
  );
}

/**
 * A repository whose configuration, hooks and attributes run a program whenever git lets them: the
 * program makes `trapFile`.
 */
export async function makeHostile({ folder }: V2Project, trapFile: string): Promise<void> {
  const trap = path.join(folder, '.git', 'trap.sh');
  await put(folder, {
    '.git/trap.sh': `#!/bin/sh\ntouch '${trapFile}'\ncat\n`,
    '.git/info/attributes': '* filter=evil diff=evil merge=evil\n',
  });
  await chmod(trap, 0o755);
  const hooks = [
    'reference-transaction',
    'post-checkout',
    'pre-commit',
    'post-commit',
    'post-index-change',
    'pre-auto-gc',
    'fsmonitor-watchman',
  ];
  for (const hook of hooks)
    await writeFile(path.join(folder, '.git', 'hooks', hook), `#!/bin/sh\ntouch '${trapFile}'\n`, {
      mode: 0o755,
    });
  await writeFile(
    path.join(folder, '.git', 'config'),
    [
      '[core]',
      '\trepositoryformatversion = 0',
      '\tbare = false',
      `\tfsmonitor = ${trap}`,
      `\tsshCommand = ${trap}`,
      `\tpager = ${trap}`,
      `\talternateRefsCommand = ${trap}`,
      '\tworktree = /',
      '[filter "evil"]',
      `\tclean = ${trap}`,
      `\tsmudge = ${trap}`,
      `\tprocess = ${trap}`,
      '\trequired = true',
      '[diff "evil"]',
      `\ttextconv = ${trap}`,
      `\tcommand = ${trap}`,
      '[diff]',
      `\texternal = ${trap}`,
      '[log]',
      '\tshowSignature = true',
      '[gpg]',
      `\tprogram = ${trap}`,
      '[uploadpack]',
      `\tpackObjectsHook = ${trap}`,
      '[remote "evil"]',
      `\turl = ext::${trap}`,
      '\tpromisor = true',
      '[include]',
      '\tpath = trap.inc',
      '[alias]',
      `\tlog = !${trap}`,
      '',
    ].join('\n'),
  );
  await put(folder, { '.git/objects/info/alternates': '/nowhere/else\n' });
}

/** Damages the object that holds a file of the newest commit. */
export async function damage({ folder }: V2Project, file: string): Promise<void> {
  const oid = gitIn(folder, ['rev-parse', `HEAD:${file}`]).trim();
  const object = path.join(folder, '.git', 'objects', oid.slice(0, 2), oid.slice(2));
  await chmod(object, 0o644);
  await truncate(object, 20);
}

export interface V2AssetFile {
  readonly filename: string;
  readonly alias: string;
  readonly hash: string;
  readonly bytes: Buffer;
}

/** A file as V2's upload stored it. */
export async function makeAsset(
  dataDir: string,
  userId: string,
  stem: string,
  extension: string,
  sizeBytes: number,
): Promise<V2AssetFile> {
  const bytes = randomBytes(sizeBytes);
  const hash = createHash('sha256').update(bytes).digest('hex');
  const filename = `${stem}_${hash.slice(0, 8)}${extension}`;
  await put(path.join(dataDir, 'users', userId, 'assets'), { [filename]: bytes });
  return { filename, alias: `${stem}${extension}`, hash, bytes };
}

/** Hash over names and bytes of everything below a folder, so that any change of it shows. */
export async function fingerprint(folder: string): Promise<string> {
  return execFileSync(
    'sh',
    [
      '-c',
      'find . -printf "%p %y %s %l\\n" | LC_ALL=C sort; find . -type f -print0 | LC_ALL=C ' +
        'sort -z | xargs -0 -r sha256sum',
    ],
    { cwd: folder, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  );
}

/** Links of a project that lead out of it, as a model could have made them. */
export async function plantLink(
  { folder }: V2Project,
  name: string,
  target: string,
): Promise<void> {
  await rm(path.join(folder, name), { force: true });
  await symlink(target, path.join(folder, name));
}

export async function isEmptyFolder(folder: string): Promise<boolean> {
  return (await readdir(folder).catch(() => [])).length === 0;
}
