import { createHash, randomInt } from 'node:crypto';
import type pg from 'pg';
import { z } from 'zod';
import type { Call, Reply } from '../http.js';
import { authError, authJson } from './errors.js';
import { jsonOf, parse } from './json.js';
import type { Redirects } from './redirects.js';
import { hashOf, type Session, type Sessions } from './sessions.js';
import { type AuthUser, NewUser, type Users } from './users.js';

const SignInType = z.enum(['magiclink', 'signup', 'invite', 'recovery']);
type SignInType = z.infer<typeof SignInType>;
/** Of a change of address: one link goes to the address that is left, one to the new one. */
const ChangeType = z.enum(['email_change_current', 'email_change_new']);
const LinkType = z.union([SignInType, ChangeType]);
type LinkType = z.infer<typeof LinkType>;
const LinkRequest = z.object({
  type: z.string(),
  email: NewUser.shape.email,
  new_email: NewUser.shape.email.nullish(),
  password: NewUser.shape.password.nullish(),
  data: NewUser.shape.user_metadata.nullish(),
  redirect_to: z.string().nullish(),
});
type LinkRequest = z.infer<typeof LinkRequest>;
const CHANGE = 'email_change';
const ProofType = z.enum([...SignInType.options, 'email', CHANGE]);
const Proof = z.union([
  z.object({ token_hash: z.string().min(1), type: ProofType }),
  z.object({ email: NewUser.shape.email, token: z.string().min(1), type: ProofType }),
]);

/**
 * What a link was worth: a session, or nothing yet while the other address of a change has not
 * confirmed.
 */
interface Redeemed {
  readonly session: Session | null;
  readonly redirectTo: string;
}
const HALF_CONFIRMED =
  'Confirmation link accepted. Please proceed to confirm link sent to the other email';

/** Links that an administrator makes; nothing is mailed, the answer holds all there is. */
export class SignInLinks {
  constructor(
    private readonly pool: pg.Pool,
    private readonly users: Users,
    private readonly sessions: Sessions,
    private readonly redirects: Redirects,
    private readonly issuer: string,
  ) {}

  /** POST /admin/generate_link: every type that an e-mail address can have. */
  async generate(call: Call): Promise<Reply> {
    const request = parse(LinkRequest, jsonOf(call));
    const type = LinkType.safeParse(request.type).data;
    if (!type)
      throw authError(
        400,
        'validation_failed',
        `Invalid email action link type requested: ${request.type}`,
      );
    const user = isChange(type)
      ? await this.userWhoMoves(request)
      : await this.userFor(type, request);
    const newEmail = isChange(type) ? request.new_email : null;
    const otp = String(randomInt(10_000_000, 100_000_000));
    const token = tokenOf(type === 'email_change_new' ? (newEmail ?? '') : request.email, otp);
    const redirectTo = this.redirects.choose(request.redirect_to ?? call.query.get('redirect_to'));
    await this.pool.query(
      'insert into auth.flow_state (redirect_to, auth_code_hash, user_id, link_type, ' +
        'new_email) values ($1, $2, $3, $4, $5)',
      [redirectTo, hashOf(token), user.id, type, newEmail],
    );
    const asked = new URLSearchParams({
      token,
      type: isChange(type) ? CHANGE : type,
      redirect_to: redirectTo,
    });
    const actionLink = `${this.issuer}/verify?${asked.toString()}`;
    return authJson(200, {
      ...user,
      action_link: actionLink,
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
    const { session } = await this.redeem(token, proof.type);
    return authJson(200, session ?? { msg: HALF_CONFIRMED, code: '200' });
  }

  /** GET /verify: the link itself; leads on with the session in the fragment. */
  async follow({ query }: Call): Promise<Reply> {
    const { session, redirectTo } = await this.redeem(
      query.get('token') ?? '',
      query.get('type') ?? '',
    );
    return {
      status: 303,
      headers: {
        location: session
          ? withSession(redirectTo, session)
          : withFragment(redirectTo, { message: HALF_CONFIRMED }),
      },
    };
  }

  /**
   * Whom a link is for: a magic link makes an unknown user, a sign-up and an invitation demand one,
   * a recovery refuses one.
   */
  private async userFor(
    type: SignInType,
    { email, password, data }: LinkRequest,
  ): Promise<AuthUser> {
    const isNewcomer = type === 'signup' || type === 'invite';
    if (type === 'signup' && !password)
      throw authError(400, 'validation_failed', 'Signup requires a valid password');
    const known = await this.users.byEmail(email);
    if (known && isNewcomer) throw refuseTaken();
    if (known) return known;
    if (type === 'recovery') throw refuseStranger();
    return this.users.create(
      {
        email,
        ...(type === 'signup' && password ? { password } : {}),
        user_metadata: data ?? {},
        app_metadata: {},
      },
      'email',
    );
  }

  /** Whose address is to be changed, to one that nobody has. */
  private async userWhoMoves({ email, new_email: newEmail }: LinkRequest): Promise<AuthUser> {
    if (!newEmail) throw authError(400, 'validation_failed', 'An email change requires new_email');
    const known = await this.users.byEmail(email);
    if (!known) throw refuseStranger();
    if (await this.users.byEmail(newEmail)) throw refuseTaken();
    return known;
  }

  private async redeem(token: string, type: string): Promise<Redeemed> {
    if (type === CHANGE) return this.redeemChange(token);
    const { rows } = await this.pool.query<{ user_id: string; redirect_to: string }>(
      `delete from auth.flow_state where auth_code_hash = $1 and link_type is not null
         and new_email is null and (link_type = $2 or ($2 = 'email' and link_type <> 'recovery'))
         and created_at > now() - interval '1 hour' returning user_id, redirect_to`,
      [hashOf(token), type],
    );
    const user = rows[0] && (await this.users.byId(rows[0].user_id));
    if (!rows[0] || !user) throw refuseLink();
    return { session: await this.sessions.open(user, 'otp'), redirectTo: rows[0].redirect_to };
  }

  /**
   * Each address confirms once, in any order; of two at the same moment the later one finds both
   * and changes the address.
   */
  private async redeemChange(token: string): Promise<Redeemed> {
    const {
      rows: [link],
    } = await this.pool.query<{ user_id: string; new_email: string; redirect_to: string }>(
      `update auth.flow_state set confirmed_at = now() where auth_code_hash = $1
         and new_email is not null and confirmed_at is null
         and created_at > now() - interval '1 hour' returning user_id, new_email, redirect_to`,
      [hashOf(token)],
    );
    if (!link) throw refuseLink();
    const { rowCount } = await this.pool.query(
      `with confirmed as (select id, link_type from auth.flow_state where user_id = $1
         and new_email = $2 and confirmed_at > now() - interval '1 hour')
       delete from auth.flow_state where id in (select id from confirmed)
         and (select count(distinct link_type) from confirmed) = 2`,
      [link.user_id, link.new_email],
    );
    if (!rowCount) return { session: null, redirectTo: link.redirect_to };
    return {
      session: await this.sessions.open(
        await this.users.update(link.user_id, { email: link.new_email }),
        'otp',
      ),
      redirectTo: link.redirect_to,
    };
  }
}

const isChange = (type: LinkType): type is z.infer<typeof ChangeType> =>
  ChangeType.safeParse(type).success;
const refuseTaken = (): Error =>
  authError(422, 'email_exists', 'A user with this email address has already been registered');
const refuseStranger = (): Error =>
  authError(404, 'user_not_found', 'User with this email not found');
const refuseLink = (): Error =>
  authError(403, 'otp_expired', 'Email link is invalid or has expired');

const tokenOf = (email: string, otp: string): string =>
  createHash('sha256').update(`${email}:${otp}`).digest('hex');

/** An address with a session in its fragment, where servers do not see it. */
export function withSession(address: string, session: Session): string {
  return withFragment(address, {
    access_token: session.access_token,
    expires_at: String(session.expires_at),
    expires_in: String(session.expires_in),
    refresh_token: session.refresh_token,
    token_type: session.token_type,
  });
}

function withFragment(address: string, facts: Record<string, string>): string {
  const target = new URL(address);
  target.hash = new URLSearchParams(facts).toString();
  return target.href;
}
