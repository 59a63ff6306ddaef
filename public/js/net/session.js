/** The signed-in person of this page: token, name, renewal, and the way out. */
import { authClient } from './auth-client.js';
import { leavePush } from './push.js';
import { noticeLeft, rememberThisPage, SIGN_IN_PAGE, signInFor } from './return-to.ts';
import {
  clearCachedSession,
  forgetSdkSession,
  hasSdkSession,
  hasTraceOfSession,
  isSigningOut,
  markSignOut,
  readStoredSession,
  writeCachedSession,
} from './session-cache.js';

/** @typedef {import('./session-cache.js').KnownSession} KnownSession */
/** @typedef {'renewed' | 'refused' | 'unreachable'} Renewal */

/** A token refused so soon after a renewal means that renewing does not help. */
const RENEWAL_HELPS_MS = 30_000;
const REFRESH_AHEAD_S = 60;
/** A page in front renews its session before it ends, so that nothing has to wait for it. */
const RENEWED_AHEAD_S = 90;
const LOOKED_AT_MS = 30_000;

/** The session as the SDK knows it, or null. Rejects when that cannot be found out (no network). */
export async function askSdk() {
  const client = await authClient();
  const { data, error } = await client.auth.getSession();
  if (error && isUnreachable(error)) throw error;
  return data.session;
}

/** @param {unknown} error */
function isUnreachable(error) {
  return error instanceof Error && error.name === 'AuthRetryableFetchError';
}

/**
 * The person of this page, or null. A session that is stored and has not expired is taken as it
 * is; the SDK is asked about any other. Rejects when it has to be asked and cannot be.
 */
export async function knownSession() {
  const known = readStoredSession() ?? (hasTraceOfSession() ? await askSdk() : null);
  return known && new Session(known);
}

/**
 * The session of a page that needs one; without a session leaves for the sign-in page and never
 * resolves. The server decides later whether it accepts a stored one.
 * @returns {Promise<Session>} rejects when neither server nor SDK can be reached
 */
export async function requireSession() {
  const returning = location.hash.includes('access_token=');
  const wasSignedIn = hasTraceOfSession();
  const known = (returning ? null : readStoredSession()) ?? (await askSdk());
  if (!known)
    return wasSignedIn ? leaveForSignIn('expired') : leaveForSignIn(null, signInFor('page'));
  if (returning) history.replaceState(null, '', location.pathname + location.search);
  const session = new Session(known);
  session.follow();
  return session;
}

/**
 * A session of a user without an account, made now. Rejects with the SDK's error where the server
 * takes no guest, or not now.
 */
export async function guestSession() {
  const client = await authClient();
  const { data, error } = await client.auth.signInAnonymously();
  if (error || !data.session) throw error ?? new Error('No session came');
  const session = new Session(data.session);
  session.follow();
  return session;
}

/**
 * @param {'expired' | 'guestEnded' | null} notice @param {string} [address]
 * @returns {Promise<never>}
 */
function leaveForSignIn(notice, address = SIGN_IN_PAGE) {
  clearCachedSession();
  rememberThisPage();
  if (notice) noticeLeft.put(notice);
  location.replace(address);
  return new Promise(() => {
    /* the page is going away */
  });
}

export class Session {
  #known;
  #renewedAt = 0;
  /** @type {Promise<Renewal> | null} */
  #renewing = null;
  #leaving = false;
  #hearsSdk = false;

  /** @param {KnownSession} known */
  constructor(known) {
    this.#known = known;
  }

  get token() {
    return this.#known.access_token;
  }

  get userId() {
    return this.#known.user.id;
  }

  /** Whether this user has no account: he may make one game, which is kept for a day. */
  get isGuest() {
    return this.#known.user.is_anonymous === true;
  }

  /** Whether a way to the page of operators is shown; the server decides who sees it. */
  get isOperator() {
    return this.#known.user.app_metadata?.['role'] === 'operator';
  }

  /** Full name, else name, else the local part of the e-mail address. */
  get displayName() {
    const { user_metadata: metadata = {}, email = '' } = this.#known.user;
    for (const name of [metadata['full_name'], metadata['name']])
      if (typeof name === 'string' && name !== '') return name;
    return email.split('@')[0] ?? '';
  }

  /** From now on: renewed in time, and what other tabs do with it. */
  follow() {
    this.#take(this.#known);
    window.addEventListener('storage', () => this.#lookAgain());
    window.setInterval(() => {
      const isDue = this.#endsWithin(RENEWED_AHEAD_S) && !this.#isJustRenewed();
      if (isDue && document.visibilityState === 'visible') void this.renew();
    }, LOOKED_AT_MS);
  }

  /** Another tab wrote something. */
  #lookAgain() {
    const stored = readStoredSession();
    if (stored && stored.access_token !== this.token) this.#take(stored);
    if (!hasSdkSession()) void this.leave(isSigningOut() ? null : 'expired');
  }

  /**
   * The SDK, whose events this session handles. Rejects when it cannot be loaded.
   * @returns {Promise<import('./auth-client.js').SupabaseClient>}
   */
  async authClient() {
    const client = await authClient();
    if (this.#hearsSdk) return client;
    this.#hearsSdk = true;
    client.auth.onAuthStateChange((event, session) => {
      if (session) this.#take(session);
      else if (event === 'SIGNED_OUT') void this.leave(isSigningOut() ? null : 'expired');
    });
    return client;
  }

  /** @param {KnownSession} known */
  #take(known) {
    this.#known = known;
    writeCachedSession(known);
  }

  /** @param {number} seconds */
  #endsWithin(seconds) {
    return (this.#known.expires_at ?? Infinity) - seconds < Date.now() / 1000;
  }

  #isJustRenewed() {
    return Date.now() - this.#renewedAt < RENEWAL_HELPS_MS;
  }

  /** A token that will still be good when the request arrives. */
  async freshToken() {
    if (this.#endsWithin(REFRESH_AHEAD_S)) await this.renew();
    return this.token;
  }

  /**
   * The server refused the token, or will soon: gets a new one, once. Several callers share one
   * renewal.
   * @returns {Promise<Renewal>}
   */
  renew() {
    if (this.#isJustRenewed()) return Promise.resolve('refused');
    this.#renewing ??= this.#refresh().finally(() => {
      this.#renewing = null;
    });
    return this.#renewing;
  }

  /** @returns {Promise<Renewal>} */
  async #refresh() {
    const stored = readStoredSession();
    if (stored && stored.access_token !== this.token) {
      // Another tab was faster.
      this.#take(stored);
      return 'renewed';
    }
    try {
      const client = await this.authClient();
      const { data, error } = await client.auth.refreshSession();
      if (error && isUnreachable(error)) return 'unreachable';
      if (error || !data.session) return 'refused';
      this.#renewedAt = Date.now();
      this.#take(data.session);
      return 'renewed';
    } catch {
      return 'unreachable';
    }
  }

  /**
   * Goes to the sign-in page and comes back here afterwards. The local session goes too: with it
   * the sign-in page would send us straight back.
   * @param {'expired' | null} notice
   */
  async leave(notice) {
    if (this.#leaving) return;
    this.#leaving = true;
    if (notice) forgetSdkSession();
    await leaveForSignIn(notice && this.isGuest ? 'guestEnded' : notice);
  }

  /** The account is deleted, and with it every session of it. */
  accountIsGone() {
    this.#leaving = true;
    markSignOut();
    forgetSdkSession();
    clearCachedSession();
    noticeLeft.put('deleted');
    location.replace(SIGN_IN_PAGE);
  }

  /**
   * Sign-out by the person: nothing is remembered here. `everywhere`: the sessions of the person's
   * other devices end, too, at the latest when their tokens do.
   */
  async signOut({ everywhere = false } = {}) {
    await leavePush(this, { everywhere });
    this.#leaving = true;
    markSignOut();
    await this.authClient()
      .then((client) => client.auth.signOut({ scope: everywhere ? 'global' : 'local' }))
      .catch(() => {
        /* no network: forgotten here all the same */
      });
    forgetSdkSession();
    clearCachedSession();
    location.replace(SIGN_IN_PAGE);
  }
}
