import { DreamError } from '../contracts/errors.js';
import type { Repo } from '../git/process.js';
import { isAncestor, resolve, updateRef } from '../git/refs.js';

export const MAIN = 'refs/heads/main';
const MOVE_TRIES = 5;

/** Brings `main` up to a published revision; a late repeat must not take it back. */
export async function advanceMain(repo: Repo, revision: string): Promise<void> {
  await moveRef(repo, MAIN, revision, (current) => isAncestor(repo, revision, current));
}

/** Puts a ref of its own on `revision`, wherever it stood. */
export async function setRef(repo: Repo, ref: string, revision: string): Promise<void> {
  await moveRef(repo, ref, revision, async (current) => current === revision);
}

/** Each try looks where the ref stands, so that nobody's move in between is overwritten unseen (E6). */
async function moveRef(repo: Repo, ref: string, revision: string, isThere: (current: string) => Promise<boolean>): Promise<void> {
  for (let tries = 1; tries <= MOVE_TRIES; tries += 1) {
    const current = await resolve(repo, ref);
    if (current !== null && (await isThere(current))) return;
    if (await updateRef(repo, ref, revision, current)) return;
  }
  throw new DreamError('OPERATION_FAILED', `${ref} was moved by somebody else again and again`);
}
