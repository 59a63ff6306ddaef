import { AppError } from '../contracts/base/errors.js';
import { gitFailure, tryGit, type Repo } from './process.js';

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
