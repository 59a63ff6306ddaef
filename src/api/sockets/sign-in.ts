import { unavailable } from '../../contracts/errors.js';
import type { ClientFrame } from '../../contracts/frames.js';
import type { SocketDeps } from './deps.js';
import { AUTH_AWAY } from '../auth-lookup.js';
import { projectsOf } from './ownership.js';
import { CLOSE, type Session } from './session.js';

/**
 * The only way to sign in; a second `init` binds the socket anew (websocket.md §2). Throws when
 * nobody can be asked who that is.
 */
export async function init(
  deps: SocketDeps,
  session: Session,
  { access_token: token, sessionId }: ClientFrame<'init'>,
): Promise<void> {
  if (!token) {
    session.fail('access_token required');
    return session.close(CLOSE.authenticationRequired);
  }
  const verification = await deps.auth.verifyToken(token);
  if (!verification.ok && verification.reason === AUTH_AWAY) throw unavailable(verification.reason);
  if (!verification.ok) {
    session.fail(verification.reason);
    return session.close(CLOSE.authenticationFailed);
  }
  const { identity } = verification;
  if ((await deps.store.users.ensure(identity)) === 'created') {
    deps.store.activityLog.write({
      action: 'create',
      targetType: 'user',
      targetId: identity.id,
      userId: null,
      details: null,
    });
  }
  const projects = await projectsOf(deps, identity);
  if (session.identity?.id !== identity.id) session.select(null);
  session.identity = identity;
  deps.log.debug(
    {
      userId: identity.id,
      session: typeof sessionId === 'string' ? sessionId.slice(0, 64) : 'unknown',
    },
    'socket signed in',
  );
  session.send({ type: 'init', userId: identity.id, projects });
}
