import type { Response } from 'express';
import {
  CODED_MESSAGES,
  ERROR_POLICY,
  type CodedErrorCode,
  type ErrorKind,
} from '../../contracts/base/errors.js';
import { errorText } from '../../contracts/messages/message.js';

/** Thrown by a guard or a handler: the request is answered with this status and JSON. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  constructor(
    readonly status: number,
    readonly body: object,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(`refused with ${status}`);
  }

  send(res: Response): void {
    res.status(this.status).set(this.headers).json(this.body);
  }
}

/** The contract's normal error (rest.md §1.3). */
export const refusal = (status: number, error: string): Refusal => new Refusal(status, { error });

/** The error that the policy has for this kind, with its code for clients of more languages. */
export const refusalOf = (kind: ErrorKind): Refusal =>
  new Refusal(ERROR_POLICY[kind].http, { error: errorText(kind), code: kind });

/** A limit in the words and with the code of frames. */
export const limitRefusal = (code: CodedErrorCode): Refusal =>
  new Refusal(409, { error: CODED_MESSAGES[code], code });

/** The same request may be sent again after `retryAfterS` seconds. */
export const refusedForNow = (status: 429 | 503, error: string, retryAfterS = 1): Refusal =>
  new Refusal(status, { error }, { 'Retry-After': String(retryAfterS) });
