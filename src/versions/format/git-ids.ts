import { createHash } from 'node:crypto';

/** A file of a tree. `mode` is absent for a plain one. */
export interface TreeFile {
  readonly path: string;
  /** Git's id of its bytes. */
  readonly oid: string;
  readonly mode?: string | undefined;
}

export interface CommitMessage {
  /** First line; newlines and NULs become spaces. */
  readonly subject: string;
  readonly trailers?: Readonly<Record<string, string>>;
}

export interface Commit {
  readonly tree: string;
  /** The first one; null = there is none. */
  readonly parent: string | null;
  readonly parents: readonly string[];
  readonly madeAt: Date;
  readonly subject: string;
  /** Trailer name → value, for example `Job-Id`. */
  readonly trailers: Readonly<Record<string, string>>;
}

export interface GitObject {
  readonly type: 'commit' | 'tree' | 'blob';
  readonly oid: string;
  readonly body: Buffer;
}

const PLAIN_MODE = '100644';
const FOLDER_MODE = '40000';
const IDENTITY = 'Game Creator <gamecreator@local>';

/** The object with the id that git gives it. */
export function gitObject(type: GitObject['type'], body: Buffer): GitObject {
  const head = headOf(type, body);
  return { type, oid: createHash('sha1').update(head).update(body).digest('hex'), body };
}

/** What git puts before the bytes of an object. */
export const headOf = (type: GitObject['type'], { length }: Buffer): string =>
  `${type} ${length}\0`;

/** The trees of a list of files as git stores them; the root is the last one. */
export function treeObjects(files: readonly TreeFile[]): GitObject[] {
  const found: GitObject[] = [];
  buildTree(branches(files), 0, (tree) => found.push(tree));
  return found;
}

/** Git's id of the tree of these files. */
export function treeOid(files: readonly TreeFile[]): string {
  return buildTree(branches(files), 0, () => undefined);
}

function branches(files: readonly TreeFile[]): Branch[] {
  return files.map((file) => ({ ...file, names: file.path.split('/') }));
}

interface Branch extends TreeFile {
  readonly names: readonly string[];
}

function buildTree(
  files: readonly Branch[],
  depth: number,
  found: (tree: GitObject) => void,
): string {
  const entries: { name: string; mode: string; oid: string }[] = [];
  const folders = new Map<string, Branch[]>();
  for (const file of files) {
    const name = file.names[depth] ?? '';
    if (file.names.length === depth + 1)
      entries.push({ name, mode: file.mode ?? PLAIN_MODE, oid: file.oid });
    else if (!folders.get(name)?.push(file)) folders.set(name, [file]);
  }
  for (const [name, below] of folders)
    entries.push({ name, mode: FOLDER_MODE, oid: buildTree(below, depth + 1, found) });
  const sorted = entries
    // Git compares the name of a folder as if it ended with a slash.
    .map((entry) => ({
      ...entry,
      key: Buffer.from(entry.mode === FOLDER_MODE ? `${entry.name}/` : entry.name),
    }))
    .sort((one, other) => Buffer.compare(one.key, other.key));
  const body = Buffer.concat(
    sorted.flatMap(({ mode, name, oid }) => [
      Buffer.from(`${mode} ${name}\0`),
      Buffer.from(oid, 'hex'),
    ]),
  );
  const tree = gitObject('tree', body);
  found(tree);
  return tree.oid;
}

/** A commit's bytes as V2 writes them. */
export function commitBytes({
  tree,
  parent,
  message,
  madeAt,
}: {
  tree: string;
  parent: string | null;
  message: CommitMessage;
  madeAt: Date;
}): Buffer {
  const stamp = `${IDENTITY} ${Math.floor(madeAt.getTime() / 1_000)} +0000`;
  const lines = [
    `tree ${tree}`,
    ...(parent === null ? [] : [`parent ${parent}`]),
    `author ${stamp}`,
    `committer ${stamp}`,
  ];
  return Buffer.from(`${lines.join('\n')}\n\n${messageText(message)}`);
}

/** Reads a commit's bytes, of V2 and of any other git as well. */
export function parseCommit(bytes: Buffer): Commit {
  const text = bytes.toString('utf8');
  const end = text.indexOf('\n\n');
  const head = (end === -1 ? text : text.slice(0, end)).split('\n');
  const fields = (name: string): string[] =>
    head.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1));
  const [[tree = ''], parents, [author = '']] = [
    fields('tree'),
    fields('parent'),
    fields('author'),
  ];
  const paragraphs = paragraphsOf(end === -1 ? '' : text.slice(end + 2));
  return {
    tree,
    parent: parents[0] || null,
    parents,
    madeAt: new Date(Number(/ (\d+) [+-]\d{4}$/.exec(author)?.[1] ?? 0) * 1_000),
    subject: paragraphs[0]?.join(' ') ?? '',
    trailers: paragraphs.length > 1 ? parseTrailers(paragraphs.at(-1) ?? []) : {},
  };
}

/**
 * Does a version's commit follow another one than the version does, as some of V2's do? To git the
 * history ends there, as that of a shallow clone.
 */
export function isCut({ parents }: Commit, parent: string | null): boolean {
  return parents.join(' ') !== (parent ?? '');
}

/** The branch that leads to what came before a cut. */
export const branchUntil = (revision: string): string => `refs/heads/until-${revision.slice(0, 7)}`;

const WHO = String.raw`[^<>\n\0]+ <[^<>\n\0]*> (?:0|[1-9]\d{0,10}) [+-]\d{4}`;
const OF = String.raw`tree [0-9a-f]{40}\n(?:parent [0-9a-f]{40}\n)?`;
const PLAIN_COMMIT = new RegExp(String.raw`^${OF}author ${WHO}\ncommitter ${WHO}\n\n[^\0]*$`);

/** Is it a commit as git's strictest checks take it, with one parent at most and nothing signed? */
export const isPlainCommit = (bytes: Buffer): boolean =>
  PLAIN_COMMIT.test(bytes.toString('latin1'));

/** The lines between empty ones, as git reads a message. */
function paragraphsOf(message: string): string[][] {
  const paragraphs: string[][] = [[]];
  for (const line of message.split('\n').map((each) => each.replace(/[ \t\v\f\r]+$/, '')))
    if (line !== '') paragraphs.at(-1)?.push(line);
    else if (paragraphs.at(-1)?.length !== 0) paragraphs.push([]);
  return paragraphs.filter(({ length }) => length > 0);
}

function parseTrailers(lines: readonly string[]): Record<string, string> {
  const pairs = lines.map((line) => /^([\w-]+): (.*)$/.exec(line));
  return Object.fromEntries(
    pairs.flatMap((pair) => (pair ? [[pair[1] ?? '', pair[2] ?? '']] : [])),
  );
}

const oneLine = (text: string): string => text.replace(/[\r\n\0\u2028\u2029]+/g, ' ').trim();

/** A commit's message as V2 writes it. */
export function messageText({ subject, trailers = {} }: CommitMessage): string {
  const lines = Object.entries(trailers).map(([name, value]) => `${name}: ${oneLine(value)}\n`);
  return [`${oneLine(subject) || 'Update'}\n`, ...(lines.length > 0 ? ['\n', ...lines] : [])].join(
    '',
  );
}
