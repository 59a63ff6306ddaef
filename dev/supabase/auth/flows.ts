import { createHash, randomUUID, timingSafeEqual } from 'node:crypto';
import type pg from 'pg';
import { z } from 'zod';
import { authError, invalid } from './errors.js';
import { HttpError } from '../http.js';
import { withSession } from './links.js';
import type { Redirects } from './redirects.js';
import { withRefusal } from './refusals.js';
import { hashOf, type Session, type Sessions } from './sessions.js';
import { ofProvider, type AuthUser, type Users } from './users.js';

/**
 * A sign-in that leads over another page: begun by /authorize, ended by the code that its client
 * exchanges.
 */
export interface Flow {
  readonly id: string;
  readonly redirect_to: string;
  readonly code_challenge: string | null;
  readonly code_challenge_method: string | null;
  /** The guest who links an identity; the user once the sign-in has a code. */
  readonly user_id: string | null;
}

/** A user as a provider knows him, or the form in its place. */
export interface Identity {
  readonly email: string;
  readonly metadata: Record<string, unknown>;
  /** It replaces what is known of the account. */
  readonly isNewer: boolean;
}

/** What an OpenID provider has to send back or is asked with; kept until it answers. */
export interface ProviderProof {
  readonly nonce: string;
  readonly verifier: string;
}

const ALREADY_LINKED = 'Identity is already linked to another user';

/** Rows of auth.flow_state. Each step serves once. */
export class Flows {
  constructor(
    private readonly pool: pg.Pool,
    private readonly users: Users,
    private readonly sessions: Sessions,
    private readonly redirects: Redirects,
  ) {}

  /** Where a sign-in leads when nothing is known of it. */
  get siteUrl(): string {
    return this.redirects.siteUrl;
  }

  /** Remembers what /authorize was asked, and which guest wants the account, if one does. */
  async begin(
    query: URLSearchParams,
    proof: ProviderProof | null,
    guestId: string | null = null,
  ): Promise<{ id: string; redirectTo: string }> {
    const provider = query.get('provider');
    if (provider !== 'google')
      throw invalid(`Unsupported provider: provider ${provider ?? ''} is not enabled`);
    const challenge = query.get('code_challenge');
    const method = query.get('code_challenge_method') ?? 'plain';
    if (
      challenge !== null &&
      (!/^[\w.~-]{43,128}$/.test(challenge) || !/^(s256|plain)$/i.test(method))
    )
      throw invalid('code challenge or its method is not valid');
    const redirectTo = this.redirects.choose(query.get('redirect_to'));
    const { rows } = await this.pool.query<{ id: string }>(
      `with forgotten as (delete from auth.flow_state where created_at < now() - interval '1 hour')
       insert into auth.flow_state (redirect_to, code_challenge, code_challenge_method,
         provider_nonce, provider_verifier, user_id)
       values ($1, $2, $3, $4, $5, $6) returning id`,
      [
        redirectTo,
        challenge,
        challenge === null ? null : method.toLowerCase(),
        proof?.nonce ?? null,
        proof?.verifier ?? null,
        guestId,
      ],
    );
    return { id: rows[0]?.id ?? '', redirectTo };
  }

  /** The flow of a form that was shown and not yet sent; refuses any other. */
  async open(id: string | null): Promise<Flow> {
    const { rows } = isUuid(id)
      ? await this.pool.query<Flow>(
          'select * from auth.flow_state where id = $1 and auth_code_hash is null and ' +
            `created_at > now() - interval '1 hour'`,
          [id],
        )
      : { rows: [] };
    return rows[0] ?? refuseFlow();
  }

  /**
   * The flow that a provider answers, given out once; undefined when nothing was asked or it was
   * answered before.
   */
  async takeAnswered(id: string | null): Promise<{ flow: Flow; proof: ProviderProof } | undefined> {
    if (!isUuid(id)) return undefined;
    const {
      rows: [row],
    } = await this.pool.query<Flow & { provider_nonce: string; verifier: string }>(
      `with asked as (select id, provider_verifier from auth.flow_state where id = $1
         and provider_verifier is not null and created_at > now() - interval '1 hour' for update)
       update auth.flow_state f set provider_verifier = null from asked where f.id = asked.id
         returning f.*, asked.provider_verifier as verifier`,
      [id],
    );
    return row && { flow: row, proof: { nonce: row.provider_nonce, verifier: row.verifier } };
  }

  /**
   * Ends the sign-in of an identity: the address that leads its user back, with a code (PKCE) or
   * with the session itself (implicit). A guest becomes the identity's account, unless another
   * user has it: then the address has the reason.
   */
  async answer(flow: Flow, identity: Identity): Promise<string> {
    const { email, metadata, isNewer } = identity;
    if (flow.user_id !== null) {
      const linked = await this.link(flow.user_id, identity);
      return linked === null
        ? withRefusal(flow.redirect_to, 'identity_already_exists', ALREADY_LINKED)
        : this.wayBack(flow, linked);
    }
    const known = await this.users.byEmail(email);
    const user =
      known === undefined
        ? await this.users.create({ email, user_metadata: metadata, app_metadata: {} }, 'google')
        : isNewer
          ? await this.users.update(known.id, { user_metadata: metadata })
          : known;
    return this.wayBack(flow, user);
  }

  /** Null = another user has the identity. */
  private async link(guestId: string, { email, metadata }: Identity): Promise<AuthUser | null> {
    const known = await this.users.byEmail(email);
    if (known) return known.id === guestId ? known : null;
    try {
      const changes = { email, user_metadata: metadata, app_metadata: ofProvider('google') };
      return await this.users.update(guestId, changes);
    } catch (error) {
      // It was taken meanwhile.
      if (error instanceof HttpError && error.body['error_code'] === 'email_exists') return null;
      throw error;
    }
  }

  private async wayBack(flow: Flow, user: AuthUser): Promise<string> {
    const target = new URL(flow.redirect_to);
    if (flow.code_challenge !== null) {
      const code = randomUUID();
      const { rowCount } = await this.pool.query(
        'update auth.flow_state set auth_code_hash = $2, user_id = $3, created_at = now() ' +
          'where id = $1 and auth_code_hash is null',
        [flow.id, hashOf(code), user.id],
      );
      if (!rowCount) refuseFlow();
      target.searchParams.set('code', code);
      return target.href;
    }
    const { rowCount } = await this.pool.query('delete from auth.flow_state where id = $1', [
      flow.id,
    ]);
    if (!rowCount) refuseFlow();
    return withSession(target.href, await this.sessions.open(user, 'oauth'));
  }

  /**
   * POST /token?grant_type=pkce: a code is valid once, for five minutes, and for the client
   * that began the flow.
   */
  async exchange(body: unknown): Promise<Session> {
    const given = z
      .object({ auth_code: z.string().min(1), code_verifier: z.string().min(1) })
      .safeParse(body);
    if (!given.success)
      throw invalid('invalid request: both auth code and code verifier should be non-empty');
    const { rows } = await this.pool.query<Flow>(
      'delete from auth.flow_state where auth_code_hash = $1 and code_challenge is not ' +
        `null and created_at > now() - interval '5 minutes' returning *`,
      [hashOf(given.data.auth_code)],
    );
    const [flow] = rows;
    const user = flow?.user_id ? await this.users.byId(flow.user_id) : undefined;
    if (!flow || !user) refuseFlow();
    if (
      !answersChallenge(
        given.data.code_verifier,
        flow.code_challenge ?? '',
        flow.code_challenge_method ?? '',
      )
    ) {
      throw authError(
        400,
        'bad_code_verifier',
        'code challenge does not match previously saved code verifier',
      );
    }
    return this.sessions.open(user, 'oauth');
  }
}

const isUuid = (text: string | null): boolean => z.uuid().safeParse(text).success;

function refuseFlow(): never {
  throw authError(404, 'flow_state_not_found', 'invalid flow state, no valid flow state found');
}

/** Whether a PKCE verifier belongs to the challenge that began the flow. */
export function answersChallenge(verifier: string, challenge: string, method: string): boolean {
  const answer =
    method === 's256' ? createHash('sha256').update(verifier).digest('base64url') : verifier;
  const [given, wanted] = [Buffer.from(answer), Buffer.from(challenge)];
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
