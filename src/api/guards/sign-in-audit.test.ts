import { expect, it } from 'vitest';
import type { ActivityEntry } from '../../store/tables/activity-log.js';
import { withSignInAudit } from './sign-in-audit.js';

it('writes one line per user and hour, and none for a token that is refused', async () => {
  const written: ActivityEntry[] = [];
  let nowMs = 10 * 3_600_000;
  const verifyToken = async (token: unknown) =>
    token === 'bad'
      ? { ok: false as const, reason: 'Invalid token' }
      : {
          ok: true as const,
          identity: {
            id: String(token),
            email: '',
            metadata: {},
            isOperator: false,
            isGuest: false,
            token: 'x',
          },
        };
  const auth = withSignInAudit(
    { verifyToken },
    {
      write: (entry) => {
        written.push(entry);
      },
    },
    () => nowMs,
  );
  for (const token of ['a', 'a', 'b', 'bad', 'a']) await auth.verifyToken(token);
  expect(written.map(({ action, targetId, userId }) => [action, targetId, userId])).toEqual([
    ['signIn', 'a', 'a'],
    ['signIn', 'b', 'b'],
  ]);
  nowMs += 3_600_000;
  expect(await auth.verifyToken('a')).toMatchObject({ ok: true, identity: { id: 'a' } });
  expect(await auth.verifyToken('bad')).toEqual({ ok: false, reason: 'Invalid token' });
  expect(written).toHaveLength(3);
});
