import { createRequire } from 'node:module';
import { AppError } from '../contracts/base/errors.js';

/**
 * Loads a package that cannot become part of the one-file runner (native code, or much of it that
 * most runs never need). Looked for from `seenFrom`, a file that need not be this one when the
 * runner was bundled and put elsewhere. Throws `SandboxMissing`.
 */
export function loadPackage<T>(name: string, seenFrom: string = import.meta.url): T {
  try {
    return createRequire(seenFrom)(name) as T;
  } catch (error) {
    throw new AppError(
      'SandboxMissing',
      `the package ${name} cannot be loaded: ${(error as Error).message.split('\n')[0] ?? ''}`,
    );
  }
}
