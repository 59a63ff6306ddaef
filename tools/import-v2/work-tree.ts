import { lstat, mkdir, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { hashFolder } from '../../src/git/hash-folder.js';
import { gitObject } from '../../src/versions/format/git-ids.js';
import type { Repo } from '../../src/git/process.js';
import { CONTEXT_FOLDER, pathTrouble, refusedPaths } from '../../src/domain/game/version-paths.js';
import { readPlainFile, writeNew } from './files.js';
import { isMedia, type Files } from './lines.js';

/** V2 set none; these only keep numbers finite. */
const LIMITS = {
  maxFiles: 1_000_000,
  maxFileBytes: Number.MAX_SAFE_INTEGER,
  maxTotalBytes: Number.MAX_SAFE_INTEGER,
};

/**
 * What lies in a project folder of V2's, committed or not. Hidden files (but the notes), media and
 * what git refuses are not in it.
 */
export interface WorkTree {
  readonly files: Files;
  readonly refused: readonly string[];
  /** When the newest of the files was written. */
  readonly changedAt: Date;
}

interface Found {
  readonly paths: string[];
  readonly refused: string[];
  changedMs: number;
}

/**
 * Copies the files to `scratch`, so that they hold still, and their bytes into `repo`. Null = there
 * is no game: no `index.html`.
 */
export async function readWorkTree(
  projectDir: string,
  repo: Repo,
  scratch: string,
): Promise<WorkTree | null> {
  const found: Found = { paths: [], refused: [], changedMs: 0 };
  await visit(projectDir, '', found);
  if (!found.paths.includes('index.html')) return null;
  // Hidden names do not pass our own scan, so the notes get a folder of their own.
  const folders = {
    '': path.join(scratch, 'files'),
    [CONTEXT_FOLDER]: path.join(scratch, 'notes'),
  };
  await Promise.all(Object.values(folders).map((folder) => mkdir(folder, { recursive: true })));
  const hashes = new Map<string, string>();
  const strange = refusedPaths(found.paths);
  found.refused.push(...strange.keys());
  for (const file of found.paths.filter((each) => !strange.has(each))) {
    const bytes = await readPlainFile(path.join(projectDir, file));
    if (typeof bytes === 'string') {
      found.refused.push(file);
      continue;
    }
    const isNote = file.startsWith(CONTEXT_FOLDER);
    await writeNew(
      isNote
        ? path.join(folders[CONTEXT_FOLDER] ?? '', file.slice(CONTEXT_FOLDER.length))
        : path.join(folders[''], file),
      bytes,
    );
    // Computed here: it proves what git stored.
    hashes.set(file, gitObject('blob', Buffer.from(bytes)).oid);
  }
  const files = new Map<string, string>();
  for (const [prefix, folder] of Object.entries(folders)) {
    for (const { path: name, oid } of (await hashFolder(repo, folder, LIMITS)).files)
      files.set(`${prefix}${name}`, oid);
  }
  assertSame(files, hashes);
  return { files, refused: found.refused, changedAt: new Date(found.changedMs) };
}

async function visit(root: string, folder: string, found: Found): Promise<void> {
  for (const entry of await readdir(path.join(root, folder), { withFileTypes: true })) {
    const name = folder === '' ? entry.name : `${folder}/${entry.name}`;
    // `repo.git` is ours when both keep their data in one folder.
    if (name === '.git' || name === 'repo.git' || isMedia(name)) continue;
    if (entry.name.startsWith('.') && `${name}/` !== CONTEXT_FOLDER) continue;
    if (pathTrouble(name) !== null) {
      found.refused.push(name);
    } else if (entry.isDirectory()) {
      await visit(root, name, found);
    } else if ((await lstat(path.join(root, name))).isFile()) {
      found.paths.push(name);
      found.changedMs = Math.max(found.changedMs, (await stat(path.join(root, name))).mtimeMs);
    } else {
      found.refused.push(name);
    }
  }
}

function assertSame(stored: Files, read: ReadonlyMap<string, string>): void {
  const differing = [...read].find(([file, hash]) => stored.get(file) !== hash);
  if (differing || stored.size !== read.size)
    throw new Error(`a file was stored with other bytes than it has: ${differing?.[0] ?? ''}`);
}
