import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Random } from '../chaos/random.js';

export interface RandomFile {
  readonly path: string;
  /** Absent for a plain file. */
  readonly mode?: '100755';
  readonly bytes: Buffer;
}

/** A commit as git is asked to make it. */
export interface RandomCommit {
  readonly files: readonly RandomFile[];
  /** Earlier commits of the list. */
  readonly parents: readonly number[];
  readonly author: string;
  readonly committer: string;
  readonly message: Buffer;
  readonly encoding?: string;
}

/** Names whose order, letters or form have led programs astray. */
const NAMES = [
  ...['a', 'a.b', 'a-b', 'a0', 'b', 'index.html', 'A', 'é', 'e\u0301', '絵', '🎮', '👩‍🚀'],
  ...['sp ace', 'tab\there', 'quote"d', "it's", 'back\\slash', 'new\nline', '-option', '~', '{}'],
  ...['\u3000wide', 'ﬀ', '\ufeffmark', 'ab', 'a b', 'z', '0', '00'],
];
const TEXTS = ['', 'x', '<!doctype html>', 'a\n', '\r\n', '\0\u0001', 'é', '絵文字'];
export const MESSAGES = [
  'Update\n',
  '敵を青くして\n\nJob-Id: 4f\nRound: 0\n',
  '',
  '\n',
  'no end',
  '\n\n  late subject  \n\nbody\n',
  'two\nlines of subject\n \t\nbody: not a trailer\nJob-Id: no\n',
  '\u3000wide spaces\u00a0\n',
  'quote " tab \t emoji 🎮\r\n\r\nFrom: x\r\n',
  '#comment\n\n-- \nFrom: 1\n',
].map((text) => Buffer.from(text));
const WHO = [
  'Game Creator <gamecreator@local>',
  'A U Thor <a@b>',
  "絵 O'Brien <>",
  'tree of tab\tname <x@y>',
];
const ZONES = ['+0000', '+0900', '-0330', '+1245', '-1100'];

export function randomCommit(random: Random, before: number): RandomCommit {
  const parents = new Set(
    before === 0 ? [] : Array.from({ length: random.between(0, 2) }, () => before - 1),
  );
  if (before > 1 && random.next() < 0.2) parents.add(random.between(0, before - 2));
  const who = (): string =>
    `${random.pick(WHO)} ${random.between(0, 2 ** 31)} ${random.pick(ZONES)}`;
  const latin = random.next() < 0.1;
  return {
    files: randomFiles(random, '', random.between(1, 6), 0),
    parents: [...parents],
    author: who(),
    committer: who(),
    message: latin ? Buffer.from('gr\u00fc\u00dfe\n', 'latin1') : random.pick(MESSAGES),
    ...(latin ? { encoding: 'ISO-8859-1' } : {}),
  };
}

export function randomFiles(
  random: Random,
  folder: string,
  count: number,
  depth: number,
): RandomFile[] {
  const names = new Set(Array.from({ length: count }, () => random.pick(NAMES)));
  return [...names].flatMap((name) => {
    if (depth < 4 && random.next() < 0.3)
      return randomFiles(random, `${folder}${name}/`, random.between(1, 4), depth + 1);
    const bytes = Buffer.from(random.pick(TEXTS).repeat(random.between(0, 30)));
    const file = { path: `${folder}${name}`, bytes };
    return [random.next() < 0.1 ? { ...file, mode: '100755' as const } : file];
  });
}

/** Has git make these commits in the bare repository; answers their ids and their own bytes. */
export function commitWithGit(
  repo: string,
  commits: readonly RandomCommit[],
): { revision: string; bytes: Buffer }[] {
  const marks = path.join(repo, 'marks');
  const input = Buffer.concat(commits.flatMap((commit, at) => linesOf(commit, at)));
  gitOf(repo, ['fast-import', '--quiet', '--date-format=raw', `--export-marks=${marks}`], input);
  const ids = new Map(
    readFileSync(marks, 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.slice(1).split(' ') as [string, string]),
  );
  const revisions = commits.map((_, at) => ids.get(String(at + 1)) ?? '');
  return readWithGit(repo, revisions).map((bytes, at) => ({
    revision: revisions[at] ?? '',
    bytes,
  }));
}

/** Bodies of objects, in the order asked for. */
export function readWithGit(repo: string, ids: readonly string[]): Buffer[] {
  const output = gitOf(repo, ['cat-file', '--batch'], Buffer.from(`${ids.join('\n')}\n`));
  let offset = 0;
  return ids.map(() => {
    const end = output.indexOf('\n', offset);
    const size = Number(output.toString('latin1', offset, end).split(' ')[2]);
    offset = end + 1 + size + 1;
    return output.subarray(end + 1, end + 1 + size);
  });
}

/** Runs git in a bare repository, without any configuration; answers what it prints. */
export function gitOf(repo: string, args: readonly string[], input?: Buffer): Buffer {
  return execFileSync('git', ['-C', repo, ...args], {
    ...(input && { input }),
    env: { ...process.env, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' },
    maxBuffer: 2 ** 30,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

function linesOf(commit: RandomCommit, at: number): Buffer[] {
  const { files, parents, author, committer, message, encoding } = commit;
  const [first, ...merged] = parents;
  // A branch of its own, so that a commit without parents has none.
  const head = [
    `commit refs/heads/c${at}\nmark :${at + 1}\nauthor ${author}\ncommitter ${committer}\n`,
    ...(encoding === undefined ? [] : [`encoding ${encoding}\n`]),
    `data ${message.length}\n`,
  ];
  const lines = [
    '\n',
    ...(first === undefined ? [] : [`from :${first + 1}\n`]),
    ...merged.map((parent) => `merge :${parent + 1}\n`),
    'deleteall\n',
  ];
  return [
    Buffer.from(head.join('')),
    message,
    Buffer.from(lines.join('')),
    ...files.flatMap(({ path: name, mode = '100644', bytes }) => [
      Buffer.from(`M ${mode} inline ${quoted(name)}\ndata ${bytes.length}\n`),
      bytes,
      Buffer.from('\n'),
    ]),
  ];
}

function quoted(name: string): string {
  const plain = name
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('\n', '\\n')
    .replaceAll('\t', '\\t');
  return `"${plain}"`;
}
