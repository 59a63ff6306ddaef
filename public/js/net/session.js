/** The signed-in person of this page: token, name, renewal, and the way out. */
import { authClient } from './auth-client.js';
import { leaveNotice, rememberThisPage } from './return-to.js';
import {
  clearCachedSession,
  forgetSdkSession,
  hasTraceOfSession,
  isSigningOut,
  markSignOut,
  readCachedSession,
  writeCachedSession,
} from './session-cache.js';

/** @typedef {import('./session-cache.js').KnownSession} KnownSession */
/** @typedef {'renewed' | 'refused' | 'unreachable'} Renewal */

const SIGN_IN_PAGE = '/';
/** A token refused so soon after a renewal means that renewing does not help. */
const RENEWAL_HELPS_MS = 30_000;
const REFRESH_AHEAD_S = 60;

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
 * The session of a page that needs one. Starts from the cached copy when it is fresh and checks it
 * in the background; else asks the SDK; without a session leaves for the sign-in page and never
 * resolves.
 * @returns {Promise<Session>} rejects when neither server nor SDK can be reached
 */
export async function requireSession() {
  const returning = location.hash.includes('access_token=');
  const cached = returning ? null : readCachedSession();
  if (cached) {
    const session = new Session(cached);
    session.follow().catch(() => {
      /* offline: the socket and its banner tell the story */
    });
    return session;
  }
  const wasSignedIn = hasTraceOfSession();
  const known = await askSdk();
  if (!known) return leaveForSignIn(wasSignedIn ? 'expired' : null);
  if (returning) history.replaceState(null, '', location.pathname + location.search);
  const session = new Session(known);
  await session.follow();
  return session;
}

/** @param {'expired' | 'failed' | null} notice @returns {Promise<never>} */
function leaveForSignIn(notice) {
  clearCachedSession();
  rememberThisPage();
  if (notice) leaveNotice(notice);
  location.replace(SIGN_IN_PAGE);
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

  /** Full name, else name, else the local part of the e-mail address. */
  get displayName() {
    const { user_metadata: metadata = {}, email = '' } = this.#known.user;
    for (const name of [metadata['full_name'], metadata['name']])
      if (typeof name === 'string' && name !== '') return name;
    return email.split('@')[0] ?? '';
  }

  /** Checks the cached session and follows the SDK from now on. */
  async follow() {
    const known = await askSdk();
    if (!known) return this.leave('expired');
    this.#take(known);
    const client = await authClient();
    client.auth.onAuthStateChange((event, session) => {
      if (session) this.#take(session);
      else if (event === 'SIGNED_OUT') void this.leave(isSigningOut() ? null : 'expired');
    });
  }

  /** @param {KnownSession} known */
  #take(known) {
    this.#known = known;
    writeCachedSession(known);
  }

  /** A token that will still be good when the request arrives. */
  async freshToken() {
    const expiresAt = this.#known.expires_at ?? Infinity;
    if (expiresAt - REFRESH_AHEAD_S < Date.now() / 1000) await this.renew();
    return this.token;
  }

  /**
   * The server refused the token: gets a new one, once. Several callers share one renewal.
   * @returns {Promise<Renewal>}
   */
  renew() {
    if (Date.now() - this.#renewedAt < RENEWAL_HELPS_MS) return Promise.resolve('refused');
    this.#renewing ??= this.#refresh().finally(() => {
      this.#renewing = null;
    });
    return this.#renewing;
  }

  /** @returns {Promise<Renewal>} */
  async #refresh() {
    try {
      const client = await authClient();
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
    await leaveForSignIn(notice);
  }

  /**
   * Sign-out by the person: nothing is remembered here. `everywhere`: the sessions of the person's
   * other devices end, too, at the latest when their tokens do.
   */
  async signOut({ everywhere = false } = {}) {
    this.#leaving = true;
    markSignOut();
    await authClient()
      .then((client) => client.auth.signOut({ scope: everywhere ? 'global' : 'local' }))
      .catch(() => {
        /* no network: forgotten here all the same */
      });
    forgetSdkSession();
    clearCachedSession();
    location.replace(SIGN_IN_PAGE);
  }
}
