import type { Store } from '../../store/index.js';
import type { Auth } from './auth.js';

const HOUR_MS = 3_600_000;

/**
 * Writes to the activity log who signed in: the first token of a user that is found good within an
 * hour, over HTTP or the socket. Supabase Auth itself does the signing in, so this is what we see
 * of it; each API process counts for itself.
 */
export function withSignInAudit(
  auth: Auth,
  activityLog: Pick<Store['activityLog'], 'write'>,
  now: () => number = Date.now,
): Auth {
  const seen = new Set<string>();
  let hour = 0;
  return {
    async verifyToken(token, address) {
      const verification = await auth.verifyToken(token, address);
      if (verification.ok) note(verification.identity.id);
      return verification;
    },
  };

  function note(userId: string): void {
    const current = Math.floor(now() / HOUR_MS);
    if (current !== hour) seen.clear();
    hour = current;
    if (seen.has(userId)) return;
    seen.add(userId);
    activityLog.write({
      action: 'signIn',
      targetType: 'user',
      targetId: userId,
      userId,
      details: null,
    });
  }
}
