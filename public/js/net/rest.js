/**
 * Requests with the session's token. A refused token is renewed once; then the person signs in
 * again.
 */

import { text } from '../texts/index.js';
import { reasonText } from '../texts/server-words.js';
import { awayWords } from './away-words.js';
import { finalAnswer, PREFER, retryAfterS } from './later-answer.ts';
import { signInFirst } from '../ui/sign-in-first.js';

/** What a guest may not do is refused with this code. */
const ACCOUNT_REQUIRED = 'ACCOUNT_REQUIRED';
/** The database, or Temporal, could not be asked. */
const AWAY = 'OPERATION_FAILED';

/** An answer that is none of the 200s. */
export class Refusal extends Error {
  /**
   * @param {string} request @param {number} status of HTTP
   * @param {{ error: string, code: string | null }} answer of the server
   * @param {number} retryAfterS seconds until the server takes the request again; 0 = not known
   */
  constructor(request, status, { error, code }, retryAfterS = 0) {
    super(`${request} answered ${status}`);
    this.status = status;
    this.said = error;
    this.code = code;
    this.retryAfterS = retryAfterS;
  }
}

/**
 * Was the server not reached? `fetch` rejects with a TypeError, and a proxy answers for a server
 * that is down. @param {unknown} error
 */
export const isAway = (error) =>
  error instanceof Refusal ? [502, 503, 504].includes(error.status) : error instanceof TypeError;

/**
 * The sentence for a request that failed: what the server lacks, no network, no server, or a limit
 * with the time to wait; all else is `otherwise`.
 * @param {unknown} error @param {string} otherwise
 */
export function failureText(error, otherwise) {
  if (!(error instanceof Refusal))
    return isAway(error) ? awayWords(text.serverUnreachable) : otherwise;
  if (error.status === 429 && error.retryAfterS > 0) return text.waitFor(error.retryAfterS);
  // Of something that is away the code says no more than the status.
  const own = error.code === AWAY ? '' : reasonText(error);
  if (own !== '') return own;
  if (isAway(error)) return awayWords(text.serverUnreachable);
  // A limit of money, the day's by default: no time of waiting is named.
  return error.status === 429 ? reasonText({ code: 'SPENDING_LIMIT_EXCEEDED' }) : otherwise;
}

/**
 * An address that cannot be asked with a header; of a game, the server exchanges the token for a
 * path that knows nothing of it.
 * @param {string} url @param {{ token: string }} session
 */
export const withToken = (url, { token }) =>
  `${url}${url.includes('?') ? '&' : '?'}access_token=${encodeURIComponent(token)}`;

/** Null for 404, and 400 for what is no id: other failures mean nothing about what is stored. */
export const orAbsent = (/** @type {unknown} */ error) => {
  if (error instanceof Refusal && [400, 404].includes(error.status)) return null;
  throw error;
};

/**
 * @param {import('./session.js').Session} session
 * @param {string} path
 * @returns {Promise<Response>} an answer of the 200s; rejects with a {@link Refusal} for any other
 * answer, and when there is no network
 */
export async function get(session, path) {
  return ask(session, 'GET', path);
}

/**
 * Sends JSON, a form, or nothing.
 * @param {import('./session.js').Session} session
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body]
 * @returns {Promise<Response>} as {@link get}
 */
export async function ask(session, method, path, body) {
  await session.freshToken();
  const response = await finalAnswer(await fetchRenewed(session, method, path, body), {
    get: (address) => fetchRenewed(session, 'GET', address),
    untilOnline,
  });
  return taken(`${method} ${path}`, response).catch((error) => {
    if (error.code === ACCOUNT_REQUIRED) void signInFirst('account', [text.guestKeeps]);
    throw error;
  });
}

/**
 * The answer of the call that was begun under this name; begins nothing. @param
 * {import('./session.js').Session} session @param {string} actionId
 * @returns {Promise<Response>} as {@link get}
 */
export async function answerOf(session, actionId) {
  const headers = { Location: `/api/actions/${actionId}` };
  const answer = await finalAnswer(new Response(null, { status: 202, headers }), {
    get: (address) => fetchRenewed(session, 'GET', address),
    untilOnline,
  });
  return taken(`the answer of ${actionId}`, answer);
}

async function untilOnline() {
  if (navigator.onLine) return;
  await new Promise((resolve) => window.addEventListener('online', resolve, { once: true }));
}

/**
 * @param {import('./session.js').Session} session @param {string} method @param {string} path
 * @param {unknown} [body]
 */
async function fetchRenewed(session, method, path, body) {
  const response = await fetchWith(session, method, path, body);
  if (response.status !== 401) return response;
  const renewal = await session.renew();
  const again = renewal === 'renewed' ? await fetchWith(session, method, path, body) : response;
  if (again.status === 401 && renewal !== 'unreachable') await session.leave('expired');
  return again;
}

/** As {@link get}, without a session. @param {string} path */
export async function getPublic(path) {
  return taken(`GET ${path}`, await fetch(path));
}

/** @param {string} request @param {Response} response */
async function taken(request, response) {
  if (response.ok) return response;
  const { status } = response;
  throw new Refusal(request, status, await errorIn(response), retryAfterS(response));
}

/** Why, in the server's own words. @param {Response} response */
async function errorIn(response) {
  const answer = await response.json().catch(() => null);
  const error = typeof answer?.error === 'string' ? answer.error : String(response.status);
  return { error, code: typeof answer?.code === 'string' ? answer.code : null };
}

/**
 * @param {import('./session.js').Session} session @param {string} method @param {string} path
 * @param {unknown} body
 */
function fetchWith(session, method, path, body) {
  const headers = new Headers({ Authorization: `Bearer ${session.token}` });
  if (method === 'POST') headers.set('Prefer', PREFER);
  if (body === undefined) return fetch(path, { method, headers });
  if (body instanceof FormData) return fetch(path, { method, headers, body });
  headers.set('Content-Type', 'application/json');
  return fetch(path, { method, headers, body: JSON.stringify(body) });
}
