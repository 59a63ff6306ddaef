/**
 * Requests with the session's token. A refused token is renewed once; then the person signs in
 * again.
 */

/** An answer that is none of the 200s. */
export class Refusal extends Error {
  /** @param {string} request @param {number} status of HTTP @param {string} said by the server */
  constructor(request, status, said) {
    super(`${request} answered ${status}`);
    this.status = status;
    this.said = said;
  }
}

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
  let response = await fetchWith(session, method, path, body);
  if (response.status === 401) {
    const renewal = await session.renew();
    if (renewal === 'renewed') response = await fetchWith(session, method, path, body);
    if (response.status === 401 && renewal !== 'unreachable') await session.leave('expired');
  }
  if (!response.ok)
    throw new Refusal(`${method} ${path}`, response.status, await errorIn(response));
  return response;
}

/** Why, in the server's own words. @param {Response} response @returns {Promise<string>} */
async function errorIn(response) {
  const answer = await response.json().catch(() => null);
  return typeof answer?.error === 'string' ? answer.error : String(response.status);
}

/**
 * @param {import('./session.js').Session} session @param {string} method @param {string} path
 * @param {unknown} body
 */
function fetchWith(session, method, path, body) {
  const headers = new Headers({ Authorization: `Bearer ${session.token}` });
  if (body === undefined) return fetch(path, { method, headers });
  if (body instanceof FormData) return fetch(path, { method, headers, body });
  headers.set('Content-Type', 'application/json');
  return fetch(path, { method, headers, body: JSON.stringify(body) });
}
