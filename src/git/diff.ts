import { assertRevision, git, splitNul, type Repo } from './process.js';
import { readBlobs } from './read.js';

/** A text file that differs; null = the file is not there on that side. */
export interface FileDiff {
  readonly path: string;
  readonly oldText: string | null;
  readonly newText: string | null;
}

const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';
const ABSENT = '0'.repeat(40);

function sideOf(revision: string | null): string {
  if (revision === null) return EMPTY_TREE;
  assertRevision(revision);
  return revision;
}

/** Text of a blob, or null when its bytes are not text. */
function textOf(bytes: Buffer): string | null {
  if (bytes.includes(0)) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

/**
 * Every text file that differs between two revisions (`parent` null = everything is new). Binary
 * files are left out.
 */
export async function diffFiles(
  repo: Repo,
  parent: string | null,
  revision: string,
): Promise<FileDiff[]> {
  const fields = splitNul(
    await git(repo, [
      'diff-tree',
      '-r',
      '-z',
      '--raw',
      '--no-renames',
      '--no-ext-diff',
      sideOf(parent),
      sideOf(revision),
    ]),
  );
  const changes: { path: string; before: string; after: string }[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [, , before = ABSENT, after = ABSENT] = (fields[at] ?? '').split(' ');
    changes.push({ path: fields[at + 1] ?? '', before, after });
  }
  const oids = [
    ...new Set(
      changes.flatMap((change) => [change.before, change.after]).filter((oid) => oid !== ABSENT),
    ),
  ];
  const blobs = await readBlobs(repo, oids);
  const texts = new Map(oids.map((oid, index) => [oid, textOf(blobs[index] ?? Buffer.alloc(0))]));
  const isText = (oid: string): boolean => oid === ABSENT || texts.get(oid) !== null;
  return changes
    .filter((change) => isText(change.before) && isText(change.after))
    .map((change) => ({
      path: change.path,
      oldText: texts.get(change.before) ?? null,
      newText: texts.get(change.after) ?? null,
    }));
}

/** Unified diff text of one file; empty when it did not change. */
export async function unifiedDiff(
  repo: Repo,
  parent: string | null,
  revision: string,
  path: string,
): Promise<string> {
  const args = [
    'diff-tree',
    '-p',
    '--no-color',
    '--no-renames',
    '--no-ext-diff',
    '--no-textconv',
    '--text',
    sideOf(parent),
    sideOf(revision),
    '--',
    `:(literal,top)${path}`,
  ];
  return (await git(repo, args)).toString('utf8');
}
