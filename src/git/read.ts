import { AppError } from '../contracts/base/errors.js';
import { assertRevision, git, splitNul, type Repo } from './process.js';

export interface TreeEntry {
  readonly path: string;
  readonly oid: string;
  readonly mode: string;
  readonly sizeBytes: number;
}

export interface LogEntry {
  readonly revision: string;
  readonly parent: string | null;
  readonly authoredAt: Date;
  readonly subject: string;
  /** Trailer name → value, for example `Job-Id`. */
  readonly trailers: Readonly<Record<string, string>>;
}

/** The commit object's own bytes. Throws `RevisionMissing`. */
export async function readCommit(repo: Repo, revision: string): Promise<Buffer> {
  assertRevision(revision);
  return git(repo, ['cat-file', 'commit', revision]);
}

/** All files of a revision, in git's order. Throws `RevisionMissing`. */
export async function listTree(repo: Repo, revision: string): Promise<TreeEntry[]> {
  assertRevision(revision);
  const output = await git(repo, ['ls-tree', '-r', '-l', '-z', '--full-tree', revision]);
  return splitNul(output).map(parseTreeEntry);
}

function parseTreeEntry(record: string): TreeEntry {
  const tab = record.indexOf('\t');
  const [mode = '', , oid = '', size = ''] = record.slice(0, tab).split(/ +/);
  return { path: record.slice(tab + 1), oid, mode, sizeBytes: Number(size) || 0 };
}

/** Bytes of many blobs in one process, in the order asked for. */
export async function readBlobs(repo: Repo, oids: readonly string[]): Promise<Buffer[]> {
  if (oids.length === 0) return [];
  const output = await git(repo, ['cat-file', '--batch', '--buffer'], {
    input: `${oids.join('\n')}\n`,
  });
  const blobs: Buffer[] = [];
  let offset = 0;
  for (const oid of oids) {
    const headerEnd = output.indexOf('\n', offset);
    const header = output.toString('utf8', offset, headerEnd);
    const size = /^[0-9a-f]{40} blob (\d+)$/.exec(header)?.[1];
    if (size === undefined)
      throw new AppError('RevisionMissing', `blob ${oid} is not readable: ${header}`);
    blobs.push(output.subarray(headerEnd + 1, headerEnd + 1 + Number(size)));
    offset = headerEnd + 2 + Number(size);
  }
  return blobs;
}

/** One page of history, newest first, starting at `revision`. */
export async function logPage(
  repo: Repo,
  revision: string,
  page: { skip: number; limit: number },
): Promise<LogEntry[]> {
  assertRevision(revision);
  const format = '%H%x00%P%x00%aI%x00%s%x00%(trailers:only,unfold)';
  const output = await git(repo, [
    'log',
    '-z',
    `--format=format:${format}`,
    `--skip=${page.skip}`,
    `--max-count=${page.limit}`,
    '--no-show-signature',
    revision,
  ]);
  if (output.length === 0) return [];
  const fields = output.toString('utf8').split('\0');
  const entries: LogEntry[] = [];
  for (let at = 0; at + 4 < fields.length; at += 5) {
    const [hash = '', parents = '', date = '', subject = '', trailers = ''] = fields.slice(
      at,
      at + 5,
    );
    entries.push({
      revision: hash,
      parent: parents.split(' ')[0] || null,
      authoredAt: new Date(date),
      subject,
      trailers: parseTrailers(trailers),
    });
  }
  return entries;
}

function parseTrailers(text: string): Record<string, string> {
  const pairs = text
    .split('\n')
    .map((line) => /^([\w-]+): (.*)$/.exec(line))
    .filter((match) => match !== null);
  return Object.fromEntries(pairs.map((match) => [match[1] ?? '', match[2] ?? '']));
}
