import * as oidc from 'openid-client';
import { z } from 'zod';
import type { Call, Reply } from '../http.js';
import { authJson } from './errors.js';
import type { Flows, Identity } from './flows.js';
import { isLoopback } from './redirects.js';
import { type RefusalCode, withRefusal } from './refusals.js';
import { type AuthUser, NewUser } from './users.js';

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
    private readonly log: Log,
  ) {
    this.callbackUrl = `${issuer}/callback`;
  }

  /** GET /authorize: remembers the flow and leads to the provider. */
  async start({ query }: Call): Promise<Reply> {
    return { status: 302, headers: { location: await this.begin(query, null) } };
  }

  /** GET /user/identities/authorize: the same for a guest, who stays the user that he is. */
  async startLink({ query }: Call, guest: AuthUser): Promise<Reply> {
    return authJson(200, { provider: 'google', url: await this.begin(query, guest.id) });
  }

  /** Where the browser goes: the provider, or back with the reason why not. */
  private async begin(query: URLSearchParams, guestId: string | null): Promise<string> {
    const proof = { nonce: oidc.randomNonce(), verifier: oidc.randomPKCECodeVerifier() };
    const { id, redirectTo } = await this.flows.begin(query, proof, guestId);
    try {
      const target = oidc.buildAuthorizationUrl(await this.discovered(), {
        redirect_uri: this.callbackUrl,
        scope: 'openid email profile',
        state: id,
        nonce: proof.nonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(proof.verifier),
        code_challenge_method: 'S256',
      });
      return target.href;
    } catch (error) {
      const description = 'The sign-in provider cannot be reached';
      return this.refused(redirectTo, 'unexpected_failure', description, error);
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
    const location = await this.flows.answer(flow, identityOf(known.data));
    return { status: 303, headers: { location } };
  }

  /** Back to the page, with the reason. */
  private refuse(...why: Parameters<GoogleOAuth['refused']>): Reply {
    return { status: 303, headers: { location: this.refused(...why) } };
  }

  private refused(
    redirectTo: string,
    code: RefusalCode,
    description: string,
    cause?: unknown,
  ): string {
    this.log.warn(
      { code, description, reason: cause instanceof Error ? cause.message : undefined },
      'a sign-in over the provider failed',
    );
    return withRefusal(redirectTo, code, description);
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

function identityOf({ email, name, picture, ...rest }: z.infer<typeof Claims>): Identity {
  const metadata = {
    ...rest,
    email,
    ...(name ? { name, full_name: name } : {}),
    ...(picture ? { picture, avatar_url: picture } : {}),
  };
  return { email, metadata, isNewer: true };
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
