import { randomUUID } from 'node:crypto';
import { AppError } from '../contracts/base/errors.js';
import { assertRevision, git, gitLine, tryGit, type Repo } from './process.js';
import { isWhole } from './presence.js';
import { deleteRef, resolve, updateRef } from './refs.js';

export type BundleCheck =
  | { readonly ok: true }
  | { readonly ok: false; readonly missing: readonly string[]; readonly reason: string };

/**
 * Writes the commits `have..want` (`have` null = everything up to `want`) to `file`.
 * False = both sides are equal already and there is nothing to write (E6). Throws
 * `RevisionMissing`.
 */
export async function bundleCreate(
  repo: Repo,
  { have, want, file }: { have: string | null; want: string; file: string },
): Promise<boolean> {
  assertRevision(want);
  if (have !== null) assertRevision(have);
  if (have === want) return false;
  // A bundle carries refs, not bare hashes; this one exists for the length of the call.
  const ref = `refs/outgoing/${randomUUID()}`;
  if ((await resolve(repo, want)) === null)
    throw new AppError('RevisionMissing', `${want} is not in this repository`);
  await updateRef(repo, ref, want, null);
  try {
    const outcome = await tryGit(repo, [
      'bundle',
      'create',
      '--quiet',
      file,
      ref,
      ...(have === null ? [] : [`^${have}`]),
    ]);
    if (outcome.code !== 0 && /empty bundle/.test(outcome.stderr)) return false;
    if (outcome.code !== 0)
      throw new AppError('OPERATION_FAILED', `git bundle: ${outcome.stderr.trim()}`);
    return true;
  } finally {
    await deleteRef(repo, ref);
  }
}

/** Whether a bundle applies to this repository; if not, which commits are missing. */
export async function bundleVerify(repo: Repo, file: string): Promise<BundleCheck> {
  const outcome = await tryGit(repo, ['bundle', 'verify', file]);
  if (outcome.code === 0) return { ok: true };
  const missing = [...outcome.stderr.matchAll(/^error: ([0-9a-f]{40})/gm)].map(
    (match) => match[1] ?? '',
  );
  return { ok: false, missing, reason: outcome.stderr.trim() };
}

/**
 * Brings the commit `want` out of a bundle into this repository and keeps it alive under the
 * answered ref (`incoming`, by default `refs/incoming/<want>`): the caller moves its own ref and
 * then deletes that one. Throws `RevisionMissing` when prerequisites lack, `CandidateRefused` when
 * the bundle holds another commit than promised.
 */
export async function bundleFetch(
  repo: Repo,
  {
    file,
    want,
    incoming = `refs/incoming/${want}`,
  }: { file: string; want: string; incoming?: string },
): Promise<string> {
  assertRevision(want);
  const check = await bundleVerify(repo, file);
  if (!check.ok)
    throw new AppError('RevisionMissing', `bundle does not fit: ${check.reason}`, {
      missing: check.missing,
    });
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
  return incoming;
}
