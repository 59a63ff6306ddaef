import { describe, expect, it } from 'vitest';
import { HttpError } from '../http.js';
import { databaseError, statusOf } from './errors.js';

describe('status of a SQLSTATE', () => {
  it.each([
    ['23505', 409],
    ['23503', 409],
    ['23502', 400],
    ['22P02', 400],
    ['42P01', 404],
    ['42883', 404],
    ['42703', 400],
    ['P0001', 400],
    ['P0002', 500],
    ['57014', 500],
    ['57P01', 503],
    ['53300', 503],
    ['40001', 500],
    ['XX000', 500],
    ['PT404', 404],
    ['PT999', 400],
    ['28P01', 403],
  ])('%s → %i', (sqlstate, status) => {
    expect(statusOf(sqlstate, 'authenticated')).toBe(status);
  });

  it('a missing right is 401 for those who have not signed in, else 403', () => {
    expect(statusOf('42501', 'anon')).toBe(401);
    expect(statusOf('42501', 'authenticated')).toBe(403);
  });
});

describe('what a query threw', () => {
  it('a lost connection is 503 with a time to come back', () => {
    for (const lost of [
      Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }),
      new Error('Connection terminated unexpectedly'),
      new Error('timeout exceeded when trying to connect'),
    ]) {
      expect(databaseError(lost, 'anon')).toMatchObject({
        status: 503,
        headers: { 'retry-after': '1' },
      });
    }
  });

  it('a mistake of our own is not taken for one of the database', () => {
    const mistake = new TypeError('x is not a function');
    expect(databaseError(mistake, 'anon')).toBe(mistake);
    const refusal = new HttpError(404, {});
    expect(databaseError(refusal, 'anon')).toBe(refusal);
  });
});
