import { AUTH_AWAY, unavailable } from '../../contracts/base/errors.js';
import { countedAs } from '../guards/rate-limits.js';
import type { Handler } from './handler.js';
import { allProjects, pageOf } from './ownership.js';
import { CLOSE } from './session.js';

/** The keepalive finds a socket of the same user whose peer is gone within this time. */
const SOCKET_RETRY_S = 60;

/**
 * The only way to sign in; a second `init` binds the socket anew (websocket.md §2). Throws while
 * no token can be verified.
 */
export const init: Handler<'init'> = async (
  deps,
  session,
  { access_token: token, sessionId = 'unknown', limit },
) => {
  if (!token) {
    session.fail('access_token required');
    return session.close(CLOSE.authenticationRequired);
  }
  const { address } = session.place;
  const verification = await deps.auth.verifyToken(token, address);
  if (!verification.ok && verification.reason === AUTH_AWAY) throw unavailable(verification.reason);
  if (!verification.ok) {
    const { reason, retryAfterS } = verification;
    if (retryAfterS === undefined) session.fail(reason);
    else session.refuse('tokens', retryAfterS);
    return session.close(CLOSE.authenticationFailed);
  }
  const { identity } = verification;
  const retryAfterS = await deps.limits.take('sessions', countedAs(identity, address));
  if (retryAfterS !== null) return session.refuse('sessions', retryAfterS);
  if (session.isOpen && !session.place.signIn(identity.id)) {
    session.refuse('sockets', SOCKET_RETRY_S);
    return session.close(CLOSE.tooManySockets);
  }
  if ((await deps.store.users.ensure(identity)) === 'created') {
    deps.store.activityLog.write({
      action: 'create',
      targetType: 'user',
      targetId: identity.id,
      userId: null,
      details: null,
    });
  }
  const page =
    limit === undefined
      ? { projects: await allProjects(deps, identity) }
      : await pageOf(deps, identity, { limit });
  if (session.identity?.id !== identity.id) session.select(null);
  session.identity = identity;
  session.pageSize = limit ?? null;
  deps.log.debug({ userId: identity.id, session: sessionId.slice(0, 64) }, 'socket signed in');
  session.send({ type: 'init', userId: identity.id, ...page });
};
