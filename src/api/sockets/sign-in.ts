import { unavailable } from '../../contracts/errors.js';
import type { ClientFrame } from '../../contracts/frames.js';
import type { SocketDeps } from './deps.js';
import { AUTH_AWAY } from '../guards/auth-lookup.js';
import { allProjects, pageOf } from './ownership.js';
import { CLOSE, type Session } from './session.js';

/** A socket of the same user that is gone without a word is noticed within that time. */
const SOCKET_RETRY_S = 60;

/**
 * The only way to sign in; a second `init` binds the socket anew (websocket.md §2). Throws when
 * nobody can be asked who that is.
 */
export async function init(
  deps: SocketDeps,
  session: Session,
  { access_token: token, sessionId, limit }: ClientFrame<'init'>,
): Promise<void> {
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
  const retryAfterS = await deps.limits.take('sessions', { userId: identity.id, address });
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
  deps.log.debug(
    {
      userId: identity.id,
      session: typeof sessionId === 'string' ? sessionId.slice(0, 64) : 'unknown',
    },
    'socket signed in',
  );
  session.send({ type: 'init', userId: identity.id, ...page });
}
