import type pg from 'pg';
import { z } from 'zod';
import type { Call, Reply } from '../http.js';
import type { GatewayKeys } from '../keys.js';
import { bearerToken } from '../rest/request.js';
import { adminRoutes } from './admin.js';
import { authError, authJson, invalid, notOffered } from './errors.js';
import { GuestAttempts, PasswordAttempts, type AttemptLimits } from './attempts.js';
import { Flows } from './flows.js';
import { GoogleOAuth, type OidcProvider } from './google.js';
import { jsonOf, parse } from './json.js';
import { SignInLinks } from './links.js';
import { DeveloperOAuth } from './oauth.js';
import type { Redirects } from './redirects.js';
import { Sessions } from './sessions.js';
import { NewUser, ofProvider, UserChanges, Users } from './users.js';

type Handler = (call: Call) => Promise<Reply>;

export interface AuthOptions {
  /** `iss` of the tokens and the address under which this is reached. */
  readonly issuer: string;
  readonly redirects: Redirects;
  /** Without credentials a local form takes the provider's place. */
  readonly google: OidcProvider | undefined;
  readonly attempts: AttemptLimits;
  readonly log: { warn(facts: object, message: string): void };
}

const Credentials = z.object({ email: z.string().min(1), password: z.string().min(1) });

/**
 * The part of GoTrue that supabase-js and the product's pages need. Everything unknown is 404 or
 * 501.
 */
export function createAuth(
  pool: pg.Pool,
  keys: GatewayKeys,
  { issuer, redirects, google, attempts: limits, log }: AuthOptions,
): Handler {
  const attempts = new PasswordAttempts(limits);
  const users = new Users(pool);
  const sessions = new Sessions(pool, keys, users, issuer);
  const flows = new Flows(pool, users, sessions, redirects);
  const links = new SignInLinks(pool, users, sessions, redirects, issuer);
  const admin = adminRoutes(users, links, keys);
  const routes: Record<string, Handler> = {
    'GET /health': async () =>
      authJson(200, {
        name: 'GoTrue',
        version: 'dreamcore-embedded',
        description: 'local development double',
      }),
    'GET /settings': async () => authJson(200, SETTINGS),
    'GET /.well-known/jwks.json': async () => authJson(200, keys.jwks),
    'POST /signup': signUp(users, sessions, attempts, new GuestAttempts(limits)),
    'POST /token': async (call) =>
      authJson(200, await grant(call, { users, sessions, flows, attempts })),
    'POST /logout': logout(sessions),
    'GET /user': async (call) => authJson(200, (await sessions.userOf(bearerToken(call))).user),
    'PUT /user': updateSelf(users, sessions),
    'POST /verify': (call) => links.verify(call),
    'GET /verify': (call) => links.follow(call),
    ...(google
      ? googleRoutes(new GoogleOAuth(google, issuer, flows, log), sessions)
      : developerRoutes(new DeveloperOAuth(flows, issuer), sessions)),
  };
  return async (call) => {
    if (call.path.startsWith('/admin/')) return admin(call);
    const route = routes[`${call.method} ${call.path}`];
    if (route) return route(call);
    throw notOffered(`${call.method} ${call.path}`);
  };
}

/** A member has one identity here, his address: only a guest gets one. */
const linking =
  (oauth: GoogleOAuth | DeveloperOAuth, sessions: Sessions): Handler =>
  async (call) => {
    const { user } = await sessions.userOf(bearerToken(call));
    if (!user.is_anonymous) throw notOffered('further identities of an account');
    return oauth.startLink(call, user);
  };

const googleRoutes = (oauth: GoogleOAuth, sessions: Sessions): Record<string, Handler> => ({
  'GET /user/identities/authorize': linking(oauth, sessions),
  'GET /authorize': (call) => oauth.start(call),
  'GET /callback': (call) => oauth.answer(call),
});

const developerRoutes = (oauth: DeveloperOAuth, sessions: Sessions): Record<string, Handler> => ({
  'GET /user/identities/authorize': linking(oauth, sessions),
  'GET /authorize': (call) => oauth.showForm(call),
  'POST /authorize': (call) => oauth.takeForm(call),
});

const SETTINGS = {
  external: { email: true, google: true, phone: false, anonymous_users: true },
  disable_signup: false,
  mailer_autoconfirm: true,
  phone_autoconfirm: false,
  sms_provider: '',
  saml_enabled: false,
};

interface GrantParts {
  readonly users: Users;
  readonly sessions: Sessions;
  readonly flows: Flows;
  readonly attempts: PasswordAttempts;
}

async function grant(
  call: Call,
  { users, sessions, flows, attempts }: GrantParts,
): Promise<unknown> {
  const body = jsonOf(call);
  switch (call.query.get('grant_type')) {
    case 'password': {
      const { email, password } = parse(Credentials, body);
      const user = await attempts.check(email, call.address, () =>
        users.byPassword(email, password),
      );
      if (!user) throw authError(400, 'invalid_credentials', 'Invalid login credentials');
      return sessions.open(user, 'password');
    }
    case 'refresh_token':
      return sessions.refresh(
        parse(z.object({ refresh_token: z.string().min(1) }), body).refresh_token,
      );
    case 'pkce':
      return flows.exchange(body);
    default:
      throw invalid('unsupported_grant_type');
  }
}

const SignUp = z.object({
  email: NewUser.shape.email,
  password: z.string().max(72),
  data: NewUser.shape.user_metadata.nullish(),
});

/** Without an address and a password it is a guest who comes. */
const Guest = z.object({
  email: z.literal('').nullish(),
  phone: z.literal('').nullish(),
  password: z.literal('').nullish(),
  data: SignUp.shape.data,
});

/** Addresses count as confirmed at once: nothing here can send mail. */
function signUp(
  users: Users,
  sessions: Sessions,
  attempts: PasswordAttempts,
  guests: GuestAttempts,
): Handler {
  return async (call) => {
    const body = jsonOf(call);
    const guest = Guest.safeParse(body);
    if (guest.success) {
      guests.take(call.address);
      const user = await users.createGuest(guest.data.data ?? {});
      return authJson(200, await sessions.open(user, 'anonymous'));
    }
    const { email, password, data } = parse(SignUp, body);
    if (await users.byEmail(email))
      throw authError(422, 'user_already_exists', 'User already registered');
    const newUser = { email, password, user_metadata: data ?? {}, app_metadata: {} };
    const user = await attempts.inTurn(call.address, () => users.create(newUser, 'email'));
    return authJson(200, await sessions.open(user, 'password'));
  };
}

function logout(sessions: Sessions): Handler {
  return async (call) => {
    const { user, sessionId } = await sessions.userOf(bearerToken(call));
    const scope = z
      .enum(['local', 'global', 'others'])
      .default('global')
      .safeParse(call.query.get('scope') ?? undefined);
    if (!scope.success) throw invalid('Unsupported logout scope');
    await sessions.close(user.id, sessionId, scope.data);
    return { status: 204 };
  };
}

const SelfChanges = z.object({
  email: UserChanges.shape.email,
  password: UserChanges.shape.password,
  data: UserChanges.shape.user_metadata,
});

const NO_ADDRESS =
  'Updating password of an anonymous user without an email or phone is not allowed';

function updateSelf(users: Users, sessions: Sessions): Handler {
  return async (call) => {
    const { user } = await sessions.userOf(bearerToken(call));
    const { email, password, data } = parse(SelfChanges, jsonOf(call));
    const becomesMember = user.is_anonymous && email !== undefined;
    if (user.is_anonymous && !becomesMember && password !== undefined) throw invalid(NO_ADDRESS);
    const changes = { email, password, user_metadata: data };
    const provider = becomesMember ? { app_metadata: ofProvider('email') } : {};
    return authJson(200, await users.update(user.id, { ...changes, ...provider }));
  };
}
