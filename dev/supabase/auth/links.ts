import { createHash, randomInt } from 'node:crypto';
import type pg from 'pg';
import { z } from 'zod';
import type { Call, Reply } from '../http.js';
import { authError, authJson, invalid, notOffered } from './errors.js';
import { jsonOf, parse } from './json.js';
import type { Redirects } from './redirects.js';
import { hashOf, type Session, type Sessions } from './sessions.js';
import { NewUser, type Users } from './users.js';

const LinkRequest = z.object({
  type: z.string(),
  email: NewUser.shape.email,
  data: NewUser.shape.user_metadata.nullish(),
  redirect_to: z.string().nullish(),
});
const Proof = z.union([
  z.object({ token_hash: z.string().min(1), type: z.string() }),
  z.object({ email: NewUser.shape.email, token: z.string().min(1), type: z.string() }),
]);
/** Types of GoTrue that this gateway refuses: no suite and no page makes such links. */
const NOT_OFFERED = /^(signup|invite|recovery|email_change(_current|_new)?)$/;

/** Magic links that an administrator makes; nothing is mailed, the answer holds all there is. */
export class SignInLinks {
  constructor(
    private readonly pool: pg.Pool,
    private readonly users: Users,
    private readonly sessions: Sessions,
    private readonly redirects: Redirects,
    private readonly issuer: string,
  ) {}

  /** POST /admin/generate_link: a magic link; an unknown address becomes a user. */
  async generate(call: Call): Promise<Reply> {
    const request = parse(LinkRequest, jsonOf(call));
    const { type, email } = request;
    if (NOT_OFFERED.test(type)) throw notOffered(`links of type ${type}`);
    if (type !== 'magiclink') throw invalid(`Invalid email action link type requested: ${type}`);
    const newUser = { email, user_metadata: request.data ?? {}, app_metadata: {} };
    const user = (await this.users.byEmail(email)) ?? (await this.users.create(newUser, 'email'));
    const otp = String(randomInt(10_000_000, 100_000_000));
    const token = tokenOf(email, otp);
    const redirectTo = this.redirects.choose(request.redirect_to ?? call.query.get('redirect_to'));
    await this.pool.query(
      'insert into auth.flow_state (redirect_to, auth_code_hash, user_id, link_type) ' +
        'values ($1, $2, $3, $4)',
      [redirectTo, hashOf(token), user.id, type],
    );
    const query = new URLSearchParams({ token, type, redirect_to: redirectTo });
    return authJson(200, {
      ...user,
      action_link: `${this.issuer}/verify?${query.toString()}`,
      email_otp: otp,
      hashed_token: token,
      redirect_to: redirectTo,
      verification_type: type,
    });
  }

  /**
   * POST /verify: opens a session for the token of a link, or for the address and the number that
   * came with it.
   */
  async verify(call: Call): Promise<Reply> {
    const proof = parse(Proof, jsonOf(call));
    const token = 'token_hash' in proof ? proof.token_hash : tokenOf(proof.email, proof.token);
    return authJson(200, (await this.redeem(token, proof.type)).session);
  }

  /** GET /verify: the link itself; redirects with the session in the fragment. */
  async follow({ query }: Call): Promise<Reply> {
    const { session, redirectTo } = await this.redeem(
      query.get('token') ?? '',
      query.get('type') ?? '',
    );
    return { status: 303, headers: { location: withSession(redirectTo, session) } };
  }

  private async redeem(
    token: string,
    type: string,
  ): Promise<{ session: Session; redirectTo: string }> {
    if (NOT_OFFERED.test(type)) throw notOffered(`links of type ${type}`);
    const { rows } = await this.pool.query<{ user_id: string; redirect_to: string }>(
      `delete from auth.flow_state where auth_code_hash = $1 and link_type = 'magiclink'
         and $2 in ('magiclink', 'email') and created_at > now() - interval '1 hour'
         returning user_id, redirect_to`,
      [hashOf(token), type],
    );
    const user = rows[0] && (await this.users.byId(rows[0].user_id));
    if (!rows[0] || !user)
      throw authError(403, 'otp_expired', 'Email link is invalid or has expired');
    return { session: await this.sessions.open(user, 'otp'), redirectTo: rows[0].redirect_to };
  }
}

const tokenOf = (email: string, otp: string): string =>
  createHash('sha256').update(`${email}:${otp}`).digest('hex');

/** An address with a session in its fragment, where servers do not see it. */
export function withSession(address: string, session: Session): string {
  const target = new URL(address);
  target.hash = new URLSearchParams({
    access_token: session.access_token,
    expires_at: String(session.expires_at),
    expires_in: String(session.expires_in),
    refresh_token: session.refresh_token,
    token_type: session.token_type,
  }).toString();
  return target.href;
}
