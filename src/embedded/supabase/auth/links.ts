import { createHash, randomInt } from 'node:crypto';
import type pg from 'pg';
import { z } from 'zod';
import type { Call, Reply } from '../http.js';
import { authError, authJson } from './errors.js';
import { jsonOf, parse } from './json.js';
import type { Redirects } from './redirects.js';
import { hashOf, type Session, type Sessions } from './sessions.js';
import { type AuthUser, NewUser, type Users } from './users.js';

const LinkType = z.enum(['magiclink', 'signup', 'invite', 'recovery']);
type LinkType = z.infer<typeof LinkType>;
const LinkRequest = z.object({
  type: z.string(), email: NewUser.shape.email, password: NewUser.shape.password.nullish(), data: NewUser.shape.user_metadata.nullish(), redirect_to: z.string().nullish(),
});
type LinkRequest = z.infer<typeof LinkRequest>;
const ProofType = z.enum([...LinkType.options, 'email']);
const Proof = z.union([
  z.object({ token_hash: z.string().min(1), type: ProofType }),
  z.object({ email: NewUser.shape.email, token: z.string().min(1), type: ProofType }),
]);

/** Sign-in links that an administrator makes; nothing is mailed, the answer holds all there is. */
export class SignInLinks {
  constructor(
    private readonly pool: pg.Pool,
    private readonly users: Users,
    private readonly sessions: Sessions,
    private readonly redirects: Redirects,
    private readonly issuer: string,
  ) {}

  /** POST /admin/generate_link: of every type but that for a new address, which nobody could receive here. */
  async generate(call: Call): Promise<Reply> {
    const request = parse(LinkRequest, jsonOf(call));
    const { email, redirect_to } = request;
    const type = LinkType.safeParse(request.type).data;
    if (!type) throw authError(501, 'not_offered', `The local Supabase gateway does not offer links of type ${request.type}`);
    const user = await this.userFor(type, request);
    const otp = String(randomInt(10_000_000, 100_000_000));
    const token = tokenOf(email, otp);
    const redirectTo = this.redirects.choose(redirect_to ?? call.query.get('redirect_to'));
    await this.pool.query('insert into auth.flow_state (redirect_to, auth_code_hash, user_id, link_type) values ($1, $2, $3, $4)', [redirectTo, hashOf(token), user.id, type]);
    const actionLink = `${this.issuer}/verify?${new URLSearchParams({ token, type, redirect_to: redirectTo }).toString()}`;
    return authJson(200, { ...user, action_link: actionLink, email_otp: otp, hashed_token: token, redirect_to: redirectTo, verification_type: type });
  }

  /** POST /verify: opens a session for the token of a link, or for the address and the number that came with it. */
  async verify(call: Call): Promise<Reply> {
    const proof = parse(Proof, jsonOf(call));
    const token = 'token_hash' in proof ? proof.token_hash : tokenOf(proof.email, proof.token);
    return authJson(200, (await this.redeem(token, proof.type)).session);
  }

  /** GET /verify: the link itself; leads on with the session in the fragment. */
  async follow({ query }: Call): Promise<Reply> {
    const { session, redirectTo } = await this.redeem(query.get('token') ?? '', query.get('type') ?? '');
    return { status: 303, headers: { location: withSession(redirectTo, session) } };
  }

  /** Whom a link is for: a magic link makes an unknown user, a sign-up and an invitation demand one, a recovery refuses one. */
  private async userFor(type: LinkType, { email, password, data }: LinkRequest): Promise<AuthUser> {
    const isNewcomer = type === 'signup' || type === 'invite';
    if (type === 'signup' && !password) throw authError(400, 'validation_failed', 'Signup requires a valid password');
    const known = await this.users.byEmail(email);
    if (known && isNewcomer) throw authError(422, 'email_exists', 'A user with this email address has already been registered');
    if (known) return known;
    if (type === 'recovery') throw authError(404, 'user_not_found', 'User with this email not found');
    return this.users.create({ email, ...(type === 'signup' && password ? { password } : {}), user_metadata: data ?? {}, app_metadata: {} }, 'email');
  }

  private async redeem(token: string, type: string): Promise<{ session: Session; redirectTo: string }> {
    const { rows } = await this.pool.query<{ user_id: string; redirect_to: string }>(
      `delete from auth.flow_state where auth_code_hash = $1 and link_type is not null and (link_type = $2 or ($2 = 'email' and link_type <> 'recovery'))
         and created_at > now() - interval '1 hour' returning user_id, redirect_to`, [hashOf(token), type],
    );
    const user = rows[0] && (await this.users.byId(rows[0].user_id));
    if (!rows[0] || !user) throw authError(403, 'otp_expired', 'Email link is invalid or has expired');
    return { session: await this.sessions.open(user, 'otp'), redirectTo: rows[0].redirect_to };
  }
}

const tokenOf = (email: string, otp: string): string => createHash('sha256').update(`${email}:${otp}`).digest('hex');

/** An address with a session in its fragment, where servers do not see it. */
export function withSession(address: string, session: Session): string {
  const target = new URL(address);
  target.hash = new URLSearchParams({
    access_token: session.access_token, expires_at: String(session.expires_at), expires_in: String(session.expires_in),
    refresh_token: session.refresh_token, token_type: session.token_type,
  }).toString();
  return target.href;
}
