import { randomUUID } from 'node:crypto';
import { AppError } from '../contracts/base/errors.js';
import { assertRevision, git, gitLine, tryGit, type Repo } from './process.js';
import { isWhole } from './presence.js';
import { deleteRef, resolve, updateRef } from './refs.js';

/** Writes everything up to `want` to `file`. Throws `RevisionMissing`. */
export async function bundleCreate(
  repo: Repo,
  { want, file }: { want: string; file: string },
): Promise<void> {
  assertRevision(want);
  if ((await resolve(repo, want)) === null)
    throw new AppError('RevisionMissing', `${want} is not in this repository`);
  // A bundle carries refs, not bare hashes; this one exists for the length of the call.
  const ref = `refs/outgoing/${randomUUID()}`;
  await updateRef(repo, ref, want, null);
  try {
    await git(repo, ['bundle', 'create', '--quiet', file, ref]);
  } finally {
    await deleteRef(repo, ref);
  }
}

/**
 * Brings the commit `want` out of a bundle into this repository and keeps it alive under
 * `refs/incoming/<want>`. Throws `RevisionMissing` when prerequisites lack, `CandidateRefused` when
 * the bundle holds another commit than promised.
 */
export async function bundleFetch(
  repo: Repo,
  { file, want }: { file: string; want: string },
): Promise<void> {
  assertRevision(want);
  const incoming = `refs/incoming/${want}`;
  const { code, stderr } = await tryGit(repo, ['bundle', 'verify', file]);
  if (code !== 0) throw new AppError('RevisionMissing', `bundle does not fit: ${stderr.trim()}`);
  const heads = (await gitLine(repo, ['bundle', 'list-heads', file]))
    .split('\n')
    .map((line) => line.split(' '));
  const source = heads.find(([revision]) => revision === want)?.[1];
  if (source === undefined)
    throw new AppError('CandidateRefused', `bundle does not hold ${want}`, {
      reason: 'bundle-hash',
    });
  await git(repo, [
    '-c',
    'protocol.file.allow=always',
    '-c',
    'fetch.fsckObjects=true',
    'fetch',
    '--quiet',
    '--no-tags',
    '--no-write-fetch-head',
    '--no-auto-gc',
    '--no-recurse-submodules',
    file,
    `+${source}:${incoming}`,
  ]);
  if ((await resolve(repo, incoming)) !== want) {
    await deleteRef(repo, incoming);
    throw new AppError('CandidateRefused', 'fetched another commit than promised', {
      reason: 'bundle-hash',
    });
  }
  // Git believes that what a ref holds is complete and takes nothing in; a damaged repository is
  // made whole all the same.
  if (!(await isWhole(repo, want))) await git(repo, ['bundle', 'unbundle', file]);
}
