import { describe, expect, it } from 'vitest';
import type { UsageSummaryRow } from '../store/tables/usage.js';
import { renderUsage } from './usage.js';

const row = (changes: Partial<UsageSummaryRow>): UsageSummaryRow => ({
  day: '2026-11-25',
  backend: 'local',
  user_id: 'u1',
  email: 'a@example.test',
  kind: 'model',
  state: 'settled',
  count: 1,
  seconds: 30,
  usd: 0.25,
  ...changes,
});

describe('the table of usage', () => {
  it('has one line per day, backend and user, what is free for the user apart, and the sum', () => {
    expect(
      renderUsage([
        row({ count: 3, usd: 0.75 }),
        row({ state: 'reserved', usd: 2 }),
        row({ state: 'released', usd: 0.011 }),
        row({ backend: 'modal' }),
        row({ backend: 'modal', kind: 'modal', usd: 0.0005, seconds: 61.4 }),
        row({ day: '2026-11-24', user_id: null, email: null }),
        row({ day: '2026-11-23', user_id: 'u2', email: '' }),
      ]),
    ).toBe(
      [
        'day         backend  user            runs  paid by user  set aside  free for user ' +
          ' Modal time',
        '2026-11-25  local    a@example.test     5         $0.75      $2.00        $0.0110',
        '2026-11-25  modal    a@example.test     1         $0.25      $0.00          $0.00 ' +
          '       61 s',
        '2026-11-24  local    (deleted)          1         $0.25      $0.00          $0.00',
        '2026-11-23  local    guest              1         $0.25      $0.00          $0.00',
        'total                                   8         $1.50      $2.00        $0.0110 ' +
          '       61 s',
      ].join('\n'),
    );
  });

  it('says so when there is nothing', () => {
    expect(renderUsage([])).toBe('Nothing was spent in these days.');
  });
});
