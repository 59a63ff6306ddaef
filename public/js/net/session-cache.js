/** The short-lived copy of the session that lets a page start before the SDK is there. */

const KEY = 'dreamcore_session_cache';
const SDK_KEY = /^sb-.*-auth-token/;
const SIGNED_OUT = 'dreamcore_signed_out';
const SIGN_OUT_TAKES_MS = 10_000;
const FRESH_MS = 300_000;
const EXPIRY_MARGIN_MS = 10_000;

/**
 * @typedef {{ access_token: string, expires_at?: number, user: { id: string, email?: string,
 * user_metadata?: Record<string, unknown> } }} KnownSession
 */

/**
 * The cached session if it is whole, younger than five minutes and not expired. @returns
 * {KnownSession | null}
 */
export function readCachedSession() {
  try {
    const { session, timestamp } = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    if (typeof session?.access_token !== 'string' || typeof session?.user?.id !== 'string')
      return null;
    if (!(Date.now() - timestamp < FRESH_MS)) return null;
    if (
      typeof session.expires_at === 'number' &&
      session.expires_at * 1000 < Date.now() + EXPIRY_MARGIN_MS
    )
      return null;
    return session;
  } catch {
    return null;
  }
}

/** @param {KnownSession} session */
export function writeCachedSession({ access_token, expires_at, user }) {
  const kept = {
    access_token,
    expires_at,
    user: { id: user.id, email: user.email, user_metadata: user.user_metadata },
  };
  localStorage.setItem(KEY, JSON.stringify({ session: kept, timestamp: Date.now() }));
}

/** Also drops the names that earlier versions of the product left behind. */
export function clearCachedSession() {
  for (const key of [KEY, 'sessionId', 'visitorId', 'gameCreatorVisitorId'])
    localStorage.removeItem(key);
}

/**
 * Forgets the SDK's own session too, for when it cannot sign out by itself (no network, a dead
 * session).
 */
export function forgetSdkSession() {
  for (const key of Object.keys(localStorage)) if (SDK_KEY.test(key)) localStorage.removeItem(key);
}

/** Was somebody signed in here, however long ago? Signing out leaves nothing behind. */
export function hasTraceOfSession() {
  return Object.keys(localStorage).some((key) => key === KEY || SDK_KEY.test(key));
}

/** The person signs out: the other tabs hear of it, and must not call it an expired session. */
export function markSignOut() {
  localStorage.setItem(SIGNED_OUT, String(Date.now()));
}

export function isSigningOut() {
  return Date.now() - Number(localStorage.getItem(SIGNED_OUT) ?? 0) < SIGN_OUT_TAKES_MS;
}
