import { lstat, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { indexPack } from '../../src/git/index-pack.js';
import { gitObject, type GitObject } from '../../src/versions/format/git-ids.js';
import { writePack } from '../../src/versions/format/pack.js';
import type { Repo } from '../../src/git/process.js';
import { CONTEXT_FOLDER, pathTrouble, refusedPaths } from '../../src/domain/game/version-paths.js';
import { readPlainFile } from './files.js';
import { isMedia, type Files } from './lines.js';

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

/** Puts the bytes of the files into `repo`. Null = there is no game: no `index.html`. */
export async function readWorkTree(projectDir: string, repo: Repo): Promise<WorkTree | null> {
  const found: Found = { paths: [], refused: [], changedMs: 0 };
  await visit(projectDir, '', found);
  if (!found.paths.includes('index.html')) return null;
  const strange = refusedPaths(found.paths);
  found.refused.push(...strange.keys());
  const blobs = new Map<string, GitObject>();
  for (const file of found.paths.filter((each) => !strange.has(each))) {
    const bytes = await readPlainFile(path.join(projectDir, file));
    if (typeof bytes === 'string') found.refused.push(file);
    else blobs.set(file, gitObject('blob', bytes));
  }
  await indexPack(repo, await writePack([...blobs.values()]));
  const files = new Map([...blobs].map(([file, { oid }]) => [file, oid]));
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
