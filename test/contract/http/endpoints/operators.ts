import { OPERATOR_ROUTES } from '../../../../src/contracts/http-routes/operators.js';
import { BAD_TOKEN, DENIED, NO_TOKEN, row, type Rows, stranger } from './row.js';

/** Beyond rest.md: what operators do. Alice and Bob are none; operator-page.test.ts has one. */
export const OPERATORS: Rows = {
  'additive: for operators alone': Object.values(OPERATOR_ROUTES).flatMap(({ method, path }) => {
    const target = path
      .replace(':jobId', ':job')
      .replace(':attempt', '1')
      .replace(':gameId', ':unknown');
    const ask = `${method.toUpperCase()} ${target}`;
    const more = method === 'get' ? {} : { body: { reason: 'x' } };
    return [
      row(ask, 'anybody', 401, NO_TOKEN, more),
      row(ask, stranger, 401, BAD_TOKEN, more),
      row(ask, 'alice', 403, DENIED, more),
    ];
  }),
};
