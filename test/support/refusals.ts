import type { ErrorKind } from '../../src/contracts/base/errors.js';
import { errorText } from '../../src/contracts/messages/message.js';

/** The body of a refusal that has a code. */
export const coded = (code: ErrorKind): { error: string; code: ErrorKind } => {
  return { error: errorText(code), code };
};
