import { expect, it } from 'vitest';
import { AppError, type ErrorKind } from '../../contracts/base/errors.js';
import { withHydration } from './hydration.js';
import type { Mirror } from './mirror.js';

const [USER, PROJECT] = ['user', 'project'];
const missing = async (): Promise<never> => {
  throw new AppError('RevisionMissing', 'not here');
};

/** A mirror that holds nothing, and how it ends for a reader. */
async function kindOf(
  name: 'readFile' | 'importBundle',
  hydrate: () => Promise<boolean>,
): Promise<ErrorKind | 'other'> {
  const mirror = withHydration({ [name]: missing } as unknown as Mirror, hydrate);
  const read = mirror[name] as (...args: unknown[]) => Promise<unknown>;
  return read(USER, PROJECT, 'a'.repeat(40)).then(
    () => 'other',
    (error: unknown) => (error instanceof AppError ? error.kind : 'other'),
  );
}

it.each([
  ['readFile', 'every store was asked', true, 'RevisionLost'],
  ['readFile', 'the Volume was not asked to the end', false, 'RevisionMissing'],
  ['importBundle', 'a bundle builds on what is not here', true, 'RevisionMissing'],
] as const)('U2, E7: %s: when %s it is %s', async (name, _why, isAll, kind) => {
  expect(await kindOf(name, async () => isAll)).toBe(kind);
});
