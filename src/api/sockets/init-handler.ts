import type { ClientFrame } from '../../contracts/client-frames.js';
import type { SocketDeps } from './deps.js';
import { CLOSE, type Session } from './session.js';

/** The only way to sign in; a second `init` binds the socket anew (websocket.md §2). */
export async function init(deps: SocketDeps, session: Session, { access_token: token, sessionId }: ClientFrame<'init'>): Promise<void> {
  if (!token) {
    session.fail('access_token required');
    return session.close(CLOSE.authenticationRequired);
  }
  const verification = await deps.auth.verifyToken(token);
  if (!verification.ok) {
    session.fail(verification.reason);
    return session.close(CLOSE.authenticationFailed);
  }
  const { identity } = verification;
  await deps.store.ensureUser(identity);
  const projects = await deps.store.listProjects(identity);
  if (session.identity?.id !== identity.id) session.select(null);
  session.identity = identity;
  deps.log.debug({ userId: identity.id, session: typeof sessionId === 'string' ? sessionId.slice(0, 64) : 'unknown' }, 'socket signed in');
  session.send({ type: 'init', userId: identity.id, projects });
}
