import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../contracts/base/errors.js';
import { absentAs } from '../disk/absent.js';
import { keepFile } from '../disk/durable-files.js';
import { branchUntil } from '../versions/format/git-ids.js';
import type { VersionInGit } from '../versions/format/git-objects.js';
import { writePack } from '../versions/format/pack.js';
import { gitFailure, tryGit, type Repo } from './process.js';
import { updateRef } from './refs.js';

const PACK_TIMEOUT_MS = 120_000;

/**
 * Takes a pack in, all of it or nothing. Git checks the form of every object, and that whatever
 * one names is in the pack or in the repository. Throws `CandidateRefused` when it refuses them.
 */
export async function indexPack(repo: Repo, pack: Buffer): Promise<void> {
  const args = ['index-pack', '--stdin', '--strict'];
  const outcome = await tryGit(repo, args, { input: pack, timeoutMs: PACK_TIMEOUT_MS });
  if (outcome.code === 0) return;
  const failure = gitFailure(args, outcome);
  throw failure.kind === 'DiskFull' ? failure : new AppError('CandidateRefused', failure.message);
}

/**
 * Adds versions to a view, as {@link indexPack} does. Where one is cut, git is asked for nothing
 * before it, and a branch leads to the version before.
 */
export async function addVersions(repo: Repo, versions: readonly VersionInGit[]): Promise<void> {
  const cut = versions.filter(({ isCut }) => isCut);
  if (cut.length > 0) {
    const file = join(repo.gitDir, 'shallow');
    const known = (await readFile(file, 'utf8').catch(absentAs(''))).split('\n').filter(Boolean);
    const all = new Set([...known, ...cut.map(({ revision }) => revision)]);
    await keepFile(file, `${[...all].join('\n')}\n`);
  }
  await indexPack(repo, await writePack(versions.flatMap(({ objects }) => objects)));
  for (const { parent } of cut)
    if (parent !== null) await updateRef(repo, branchUntil(parent), parent, null);
}
