/**
 * The session as it lies in the browser: read without the SDK, whose own copy it is, so that a page
 * starts before the SDK is there, and mostly without it.
 */

/** Read by other clients of this site (screens.md: session cache). */
const KEY = 'dreamcore_session_cache';
const SDK_SESSION = /^sb-.+-auth-token$/;
const SDK_KEY = /^sb-.*-auth-token/;
const SIGNED_OUT = 'dreamcore_signed_out';
const SIGN_OUT_TAKES_MS = 10_000;
const EXPIRY_MARGIN_MS = 10_000;

/**
 * @typedef {{ access_token: string, expires_at?: number, user: { id: string, email?: string,
 * is_anonymous?: boolean, user_metadata?: Record<string, unknown>,
 * app_metadata?: Record<string, unknown> } }} KnownSession
 */

/**
 * The stored session if it is whole and has not expired. Only the server knows whether it still
 * counts. @returns {KnownSession | null}
 */
export function readStoredSession() {
  for (const key of Object.keys(localStorage)) {
    const session = SDK_SESSION.test(key) ? parsed(localStorage.getItem(key)) : null;
    if (session) return session;
  }
  return null;
}

/** @param {string | null} stored @returns {KnownSession | null} */
function parsed(stored) {
  try {
    const session = JSON.parse(stored ?? 'null');
    const isWhole =
      typeof session?.access_token === 'string' &&
      typeof session.user?.id === 'string' &&
      typeof session.expires_at === 'number';
    return isWhole && session.expires_at * 1000 > Date.now() + EXPIRY_MARGIN_MS ? session : null;
  } catch {
    return null;
  }
}

/** Has the SDK a session here, in whatever state? */
export function hasSdkSession() {
  return Object.keys(localStorage).some((key) => SDK_SESSION.test(key));
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

/** Whether a user was ever signed in here. Signing out leaves nothing behind. */
export function hasTraceOfSession() {
  return localStorage.getItem(KEY) !== null || hasSdkSession();
}

/** The user signs out: other tabs get it as an event, and must not show an expired session. */
export function markSignOut() {
  localStorage.setItem(SIGNED_OUT, String(Date.now()));
}

export function isSigningOut() {
  return Date.now() - Number(localStorage.getItem(SIGNED_OUT) ?? 0) < SIGN_OUT_TAKES_MS;
}
