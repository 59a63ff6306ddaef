import { inject, type ProvidedContext } from 'vitest';

/**
 * The stack that several test files use at once. A file makes its own users and projects, reads
 * nothing that others write too, and ends no process; what needs more starts its own stack.
 */
export function sharedStack(): ProvidedContext['sharedStack'] {
  return inject('sharedStack');
}
