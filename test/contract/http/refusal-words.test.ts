import { expect, it } from 'vitest';
import { clientModule } from '../../support/client-module.js';

/** What a page shows for a request that was refused. */
interface Rest {
  Refusal: new (
    request: string,
    status: number,
    answer: { error: string; code: string | null },
    retryAfterS: number,
  ) => Error;
  failureText(error: unknown, otherwise: string): string;
}
const { loaded, text } = await clientModule<Rest>('js/net/rest.js');
const { said } = text.messages;
const shown = (status: number, code: string | null, retryAfterS = 0): string => {
  const refusal = new loaded.Refusal('POST /', status, { error: 'no', code }, retryAfterS);
  return loaded.failureText(refusal, 'otherwise');
};

it.each(['SPENDING_LIMIT_EXCEEDED', 'LOSS_LIMIT_EXCEEDED'])(
  'M1: %s has a sentence of its own',
  (code) => {
    expect(said[code]).toBeTruthy();
    expect(shown(429, code)).toBe(said[code]);
  },
);

it('H3: a limit without a code is that of the day; one with a time names it', () => {
  expect(shown(429, null)).toBe(said['SPENDING_LIMIT_EXCEEDED']);
  expect(shown(429, null, 7)).toBe(text.waitFor(7));
});

it('O5: a database that is away is a server that cannot be reached', () => {
  expect(shown(503, 'OPERATION_FAILED', 5)).toBe(text.serverUnreachable);
  expect(shown(503, null)).toBe(text.serverUnreachable);
});

it('what the server lacks has a sentence of its own', () => {
  expect(shown(503, 'ImageServiceMissing')).toBe(said['ImageServiceMissing']);
  expect(shown(500, 'OPERATION_FAILED')).toBe('otherwise');
});
