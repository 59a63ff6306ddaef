/** Requests with the session's token. A refused token is renewed once; then the person signs in again. */

/**
 * @param {import('./session.js').Session} session
 * @param {string} path
 * @returns {Promise<Response>} an answer of the 200s; rejects for any other answer and when there is no network
 */
export async function get(session, path) {
  await session.freshToken();
  let response = await fetchWith(session, path);
  if (response.status === 401) {
    const renewal = await session.renew();
    if (renewal === 'renewed') response = await fetchWith(session, path);
    if (response.status === 401 && renewal !== 'unreachable') await session.leave('expired');
  }
  if (!response.ok) throw new Error(`GET ${path} answered ${response.status}`);
  return response;
}

/** @param {import('./session.js').Session} session @param {string} path */
function fetchWith(session, path) {
  return fetch(path, { headers: { Authorization: `Bearer ${session.token}` } });
}
