import { lstat } from 'node:fs/promises';
import path from 'node:path';
import { bundleCreate, bundleFetch } from '../../src/git/bundle.js';
import type { Repo } from '../../src/git/process.js';
import { listTree, logOf, type LogEntry } from '../../src/git/read.js';
import { initBare } from '../../src/git/refs.js';
import { refusedPaths } from '../../src/domain/game/version-paths.js';
import { listFolder, readPlainFile, readPlainText, writeNew } from './files.js';
import type { Files } from './lines.js';

const HASH = /^[0-9a-f]{40}$/;
const BRANCH = /^ref: (refs\/heads\/\w[\w.-]*(?:\/\w[\w.-]*)*)$/;
const LOOSE_FOLDER = /^[0-9a-f]{2}$/;
const LOOSE_FILE = /^[0-9a-f]{38}$/;
const PACK_FILE = /^pack-[0-9a-f]{40}\.(pack|idx)$/;

/**
 * Brings the history of V2's project folder into `repo` and answers its commits, oldest first; none
 * when nothing was committed. git never runs in V2's repository: its objects are copied, and
 * checked one by one on their way into ours, so that nothing of its configuration, hooks,
 * attributes or alternates takes part. Throws when it is broken.
 */
export async function readHistory(
  projectDir: string,
  repo: Repo,
  scratch: string,
): Promise<LogEntry[]> {
  const gitDir = path.join(projectDir, '.git');
  const stats = await lstat(gitDir).catch(() => null);
  if (stats === null) return [];
  if (!stats.isDirectory()) throw new Error('.git is not a folder');
  const head = await readHead(gitDir);
  if (head === null) return [];
  const copy = await initBare(path.join(scratch, 'copy.git'));
  await copyObjects(path.join(gitDir, 'objects'), path.join(copy.gitDir, 'objects'));
  const file = path.join(scratch, 'history.bundle');
  await bundleCreate(copy, { want: head, file });
  await bundleFetch(repo, { file, want: head });
  return (await logOf(repo, head)).reverse();
}

/** Full hash that HEAD stands at; null = nothing was committed yet. */
async function readHead(gitDir: string): Promise<string | null> {
  const head = (await readPlainText(path.join(gitDir, 'HEAD')))?.trim() ?? '';
  if (HASH.test(head)) return head;
  const ref = BRANCH.exec(head)?.[1];
  if (ref === undefined) throw new Error('HEAD of the repository cannot be read');
  const loose = (await readPlainText(path.join(gitDir, ref)))?.trim();
  const packed = (await readPlainText(path.join(gitDir, 'packed-refs')))
    ?.split('\n')
    .find((line) => line.endsWith(` ${ref}`))
    ?.slice(0, 40);
  const revision = loose ?? packed ?? null;
  if (revision !== null && !HASH.test(revision))
    throw new Error(`${ref} of the repository cannot be read`);
  return revision;
}

async function copyObjects(from: string, to: string): Promise<void> {
  for (const folder of (await listFolder(from)) ?? []) {
    const wanted = LOOSE_FOLDER.test(folder) ? LOOSE_FILE : folder === 'pack' ? PACK_FILE : null;
    if (wanted === null) continue;
    for (const name of ((await listFolder(path.join(from, folder))) ?? []).filter((each) =>
      wanted.test(each),
    )) {
      const bytes = await readPlainFile(path.join(from, folder, name));
      // One that is away or strange is missed by git, if it is needed at all.
      if (typeof bytes !== 'string') await writeNew(path.join(to, folder, name), bytes);
    }
  }
}

export interface SafeTree {
  /** What a version may hold. */
  readonly files: Files;
  /** Paths that it may not: links, other repositories, names that mean something to git. */
  readonly refused: readonly string[];
}

/** The files of a commit of V2's. */
export async function readTree(repo: Repo, revision: string): Promise<SafeTree> {
  const entries = await listTree(repo, revision);
  const refused = refusedPaths(entries.map((entry) => entry.path));
  const isSafe = ({ path: name, mode }: (typeof entries)[number]): boolean =>
    mode.startsWith('100') && !refused.has(name);
  return {
    files: new Map(entries.filter(isSafe).map((entry) => [entry.path, entry.oid])),
    refused: entries.filter((entry) => !isSafe(entry)).map((entry) => entry.path),
  };
}
