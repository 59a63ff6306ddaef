import * as oidc from 'openid-client';
import { z } from 'zod';
import type { Call, Reply } from '../http.js';
import type { Flows } from './flows.js';
import { isLoopback } from './redirects.js';
import { type AuthUser, NewUser, type Users } from './users.js';

/**
 * Credentials of an OpenID provider; Google's, or those of any other that is reached by discovery.
 */
export interface OidcProvider {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** The part of a pino logger that is used here. */
interface Log {
  warn(facts: object, message: string): void;
}

const TIMEOUT_S = 5;

/** Why a sign-in ends, with the error of OAuth that stands for it. */
const REFUSALS = {
  unexpected_failure: 'server_error',
  bad_oauth_state: 'invalid_request',
  provider_refused: 'access_denied',
  provider_email_needs_verification: 'access_denied',
} as const;

/**
 * The trusted claims of an identity token. Without a verified address any account could be taken
 * over.
 */
const Claims = z.object({
  sub: z.string().min(1),
  iss: z.string(),
  email: NewUser.shape.email,
  email_verified: z.literal(true),
  name: z.string().optional(),
  picture: z.string().optional(),
});

/**
 * `signInWithOAuth({ provider: 'google' })` with credentials: the provider's own pages, then back
 * over /callback.
 */
export class GoogleOAuth {
  private configuration: Promise<oidc.Configuration> | undefined;
  private readonly callbackUrl: string;

  constructor(
    private readonly provider: OidcProvider,
    issuer: string,
    private readonly flows: Flows,
    private readonly users: Users,
    private readonly log: Log,
  ) {
    this.callbackUrl = `${issuer}/callback`;
  }

  /** GET /authorize: remembers the flow and leads to the provider. */
  async start({ query }: Call): Promise<Reply> {
    const proof = { nonce: oidc.randomNonce(), verifier: oidc.randomPKCECodeVerifier() };
    const { id, redirectTo } = await this.flows.begin(query, proof);
    try {
      const target = oidc.buildAuthorizationUrl(await this.discovered(), {
        redirect_uri: this.callbackUrl,
        scope: 'openid email profile',
        state: id,
        nonce: proof.nonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(proof.verifier),
        code_challenge_method: 'S256',
      });
      return { status: 302, headers: { location: target.href } };
    } catch (error) {
      return this.refuse(
        redirectTo,
        'unexpected_failure',
        'The sign-in provider cannot be reached',
        error,
      );
    }
  }

  /**
   * GET /callback: checks what the provider sent, finds or creates the user and leads back to where
   * the sign-in began.
   */
  async answer({ query }: Call): Promise<Reply> {
    const taken = await this.flows.takeAnswered(query.get('state'));
    if (!taken)
      return this.refuse(this.flows.siteUrl, 'bad_oauth_state', 'OAuth state not found or expired');
    const { flow, proof } = taken;
    if (query.get('error') !== null)
      return this.refuse(
        flow.redirect_to,
        'provider_refused',
        query.get('error_description') ?? query.get('error') ?? '',
      );
    let claims: unknown;
    try {
      const tokens = await oidc.authorizationCodeGrant(
        await this.discovered(),
        new URL(`${this.callbackUrl}?${query.toString()}`),
        {
          pkceCodeVerifier: proof.verifier,
          expectedState: flow.id,
          expectedNonce: proof.nonce,
          idTokenExpected: true,
        },
      );
      claims = tokens.claims();
    } catch (error) {
      return this.refuse(
        flow.redirect_to,
        'unexpected_failure',
        'Unable to exchange external code',
        error,
      );
    }
    const known = Claims.safeParse(claims);
    if (!known.success)
      return this.refuse(
        flow.redirect_to,
        'provider_email_needs_verification',
        'The provider has not verified an e-mail address of this account',
      );
    return {
      status: 303,
      headers: { location: await this.flows.wayBack(flow, await this.userOf(known.data)) },
    };
  }

  private async userOf({
    email,
    name,
    picture,
    ...rest
  }: z.infer<typeof Claims>): Promise<AuthUser> {
    const metadata = {
      ...rest,
      email,
      ...(name ? { name, full_name: name } : {}),
      ...(picture ? { picture, avatar_url: picture } : {}),
    };
    const known = await this.users.byEmail(email);
    if (known) return this.users.update(known.id, { user_metadata: metadata });
    return this.users.create({ email, user_metadata: metadata, app_metadata: {} }, 'google');
  }

  /**
   * Back to the page, which reads why from the address, as GoTrue writes it: in the query and in
   * the fragment.
   */
  private refuse(
    redirectTo: string,
    code: keyof typeof REFUSALS,
    description: string,
    cause?: unknown,
  ): Reply {
    this.log.warn(
      { code, description, reason: cause instanceof Error ? cause.message : undefined },
      'a sign-in over the provider failed',
    );
    const target = new URL(redirectTo);
    const error = REFUSALS[code];
    const facts = new URLSearchParams({ error, error_code: code, error_description: description });
    for (const [name, value] of facts) target.searchParams.set(name, value);
    target.hash = facts.toString();
    return { status: 303, headers: { location: target.href } };
  }

  /** The provider's metadata, asked for once; asked again after a failure. */
  private discovered(): Promise<oidc.Configuration> {
    this.configuration ??= discover(this.provider).catch((error: unknown) => {
      this.configuration = undefined;
      throw error;
    });
    return this.configuration;
  }
}

function discover({ issuer, clientId, clientSecret }: OidcProvider): Promise<oidc.Configuration> {
  const url = new URL(issuer);
  // Plain HTTP only where nothing leaves this machine.
  const isLocal = url.protocol === 'http:' && isLoopback(url.hostname);
  return oidc.discovery(url, clientId, clientSecret, undefined, {
    timeout: TIMEOUT_S,
    execute: [oidc.enableNonRepudiationChecks, ...(isLocal ? [oidc.allowInsecureRequests] : [])],
  });
}
