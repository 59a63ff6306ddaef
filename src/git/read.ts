import { AppError } from '../contracts/base/errors.js';
import { assertRevision, git, splitNul, type Repo } from './process.js';

export interface TreeEntry {
  readonly path: string;
  readonly oid: string;
  readonly mode: string;
}

export interface LogEntry {
  readonly revision: string;
  readonly authoredAt: Date;
  readonly subject: string;
}

/** The commit object's own bytes. Throws `RevisionMissing`. */
export async function readCommit(repo: Repo, revision: string): Promise<Buffer> {
  assertRevision(revision);
  return git(repo, ['cat-file', 'commit', revision]);
}

/** All files of a revision, in git's order. Throws `RevisionMissing`. */
export async function listTree(repo: Repo, revision: string): Promise<TreeEntry[]> {
  assertRevision(revision);
  const output = await git(repo, ['ls-tree', '-r', '-z', '--full-tree', revision]);
  return splitNul(output).map(parseTreeEntry);
}

function parseTreeEntry(record: string): TreeEntry {
  const tab = record.indexOf('\t');
  const [mode = '', , oid = ''] = record.slice(0, tab).split(' ');
  return { path: record.slice(tab + 1), oid, mode };
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

/** A commit and all that it follows, newest first. */
export async function logOf(repo: Repo, revision: string): Promise<LogEntry[]> {
  assertRevision(revision);
  const format = '--format=format:%H%x00%aI%x00%s';
  const output = await git(repo, ['log', '-z', format, '--no-show-signature', revision]);
  const fields = output.toString('utf8').split('\0');
  const entries: LogEntry[] = [];
  for (let at = 0; at + 2 < fields.length; at += 3) {
    const [revision = '', date = '', subject = ''] = fields.slice(at, at + 3);
    entries.push({ revision, authoredAt: new Date(date), subject });
  }
  return entries;
}
