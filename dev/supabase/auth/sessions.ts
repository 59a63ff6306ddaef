import { createHash, randomBytes } from 'node:crypto';
import type pg from 'pg';
import type { GatewayKeys } from '../keys.js';
import { authError, badJwt, unauthorized } from './errors.js';
import type { AuthUser, Users } from './users.js';

/** The response to a sign-in. */
export interface Session {
  readonly access_token: string;
  readonly token_type: 'bearer';
  readonly expires_in: number;
  readonly expires_at: number;
  readonly refresh_token: string;
  readonly user: AuthUser;
}

export type SignInMethod = 'password' | 'oauth' | 'otp' | 'anonymous';

/**
 * Two tabs may use the same refresh token at the same moment: within this time that is no theft.
 */
const REUSE_GRACE_SECONDS = 10;
const ACCESS_TOKEN_SECONDS = 3_600;

export const hashOf = (secret: string): Buffer => createHash('sha256').update(secret).digest();

const unknownToken = (): Error =>
  authError(400, 'refresh_token_not_found', 'Invalid Refresh Token: Refresh Token Not Found');

/** Sessions and their refresh tokens; access tokens are signed claims and are stored nowhere. */
export class Sessions {
  constructor(
    private readonly pool: pg.Pool,
    private readonly keys: GatewayKeys,
    private readonly users: Users,
    private readonly issuer: string,
  ) {}

  /** Opens a session for an authenticated user. */
  async open(user: AuthUser, method: SignInMethod): Promise<Session> {
    const { rows } = await this.pool.query<{ id: string }>(
      'insert into auth.sessions (user_id, method) values ($1, $2) returning id',
      [user.id, method],
    );
    await this.pool.query('update auth.users set last_sign_in_at = now() where id = $1', [user.id]);
    return this.issue(user, rows[0]?.id ?? '', method);
  }

  /**
   * Exchanges a refresh token; each serves once. One that comes back later ends its whole session.
   */
  async refresh(token: string): Promise<Session> {
    const hash = hashOf(token);
    const used = await this.pool.query<{ session_id: string }>(
      'update auth.refresh_tokens set revoked_at = now() where token_hash = $1 and ' +
        'revoked_at is null returning session_id',
      [hash],
    );
    const sessionId = used.rows[0]?.session_id ?? (await this.sessionOfUsedToken(hash));
    const { rows } = await this.pool.query<{ user_id: string; method: SignInMethod }>(
      'select user_id, method from auth.sessions where id = $1',
      [sessionId],
    );
    const user = rows[0] && (await this.users.byId(rows[0].user_id));
    if (!rows[0] || !user) throw unknownToken();
    return this.issue(user, sessionId, rows[0].method);
  }

  /** The user of an access token whose session still lives. */
  async userOf(accessToken: string | undefined): Promise<{ user: AuthUser; sessionId: string }> {
    if (!accessToken) throw unauthorized();
    const claims = await this.keys.verify(accessToken).catch(() => {
      throw badJwt('invalid JWT: unable to parse or verify signature, or token is expired');
    });
    const sessionId = claims['session_id'];
    if (!claims.sub || typeof sessionId !== 'string')
      throw badJwt('invalid claim: missing sub claim');
    const { rowCount } = await this.pool.query(
      'select 1 from auth.sessions where id = $1 and user_id = $2',
      [sessionId, claims.sub],
    );
    const user = await this.users.byId(claims.sub);
    if (!user) throw authError(403, 'user_not_found', 'User from sub claim in JWT does not exist');
    if (!rowCount)
      throw authError(
        403,
        'session_not_found',
        'Session from session_id claim in JWT does not exist',
      );
    return { user, sessionId };
  }

  /** Signs out: this session, all of the user's, or all others. */
  async close(
    userId: string,
    sessionId: string,
    scope: 'local' | 'global' | 'others',
  ): Promise<void> {
    await this.pool.query(
      `delete from auth.sessions where user_id = $1 and case $3 when 'local' then id = $2 ` +
        `when 'others' then id <> $2 else true end`,
      [userId, sessionId, scope],
    );
  }

  private async sessionOfUsedToken(hash: Buffer): Promise<string> {
    const { rows } = await this.pool.query<{ session_id: string; is_recent: boolean }>(
      'select session_id, revoked_at > now() - make_interval(secs => $2) as is_recent from ' +
        'auth.refresh_tokens where token_hash = $1',
      [hash, REUSE_GRACE_SECONDS],
    );
    const [found] = rows;
    if (!found) throw unknownToken();
    if (found.is_recent) return found.session_id;
    await this.pool.query('delete from auth.sessions where id = $1', [found.session_id]);
    throw authError(400, 'refresh_token_already_used', 'Invalid Refresh Token: Already Used');
  }

  private async issue(user: AuthUser, sessionId: string, method: SignInMethod): Promise<Session> {
    const refreshToken = randomBytes(24).toString('base64url');
    const now = Math.floor(Date.now() / 1000);
    await this.pool.query(
      'insert into auth.refresh_tokens (token_hash, session_id) values ($1, $2)',
      [hashOf(refreshToken), sessionId],
    );
    const accessToken = await this.keys.sign(
      {
        iss: this.issuer,
        aud: 'authenticated',
        sub: user.id,
        role: 'authenticated',
        email: user.email,
        phone: '',
        app_metadata: user.app_metadata,
        user_metadata: user.user_metadata,
        aal: 'aal1',
        amr: [{ method, timestamp: now }],
        session_id: sessionId,
        is_anonymous: user.is_anonymous,
      },
      ACCESS_TOKEN_SECONDS,
    );
    return {
      access_token: accessToken,
      token_type: 'bearer',
      expires_in: ACCESS_TOKEN_SECONDS,
      expires_at: now + ACCESS_TOKEN_SECONDS,
      refresh_token: refreshToken,
      user,
    };
  }
}
