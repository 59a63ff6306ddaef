import type { Config } from '../../src/config.js';
import type { RunningBuild } from '../build/programs.js';
import type { Part, Plan } from './plan.js';
import type { EmbeddedPorts } from '../../src/ops/stack-file.js';

export interface GatewayKeyPair {
  readonly anonKey: string;
  readonly serviceRoleKey: string;
}

/** What we sign with, one secret for each purpose. */
export type OwnSecrets = Readonly<Record<SecretName, string>>;
export type SecretName = 'CALLBACK_SECRET' | 'GAME_PATH_SECRET' | 'PUBLISH_CHECK_SECRET';

/** The pair by which push services know us, made here; empty where it is configured. */
export type OwnVapid = Partial<
  Readonly<Record<'VAPID_PUBLIC_KEY' | 'VAPID_PRIVATE_KEY' | 'VAPID_SUBJECT', string>>
>;

/** How the local stand-in for Modal is reached; the token is that of one start. */
export interface ModalAccess {
  readonly serverUrl: string;
  readonly tokenId: string;
  readonly tokenSecret: string;
}

/** Everything that decides the environment of the parts. */
export interface EnvFacts {
  readonly env: NodeJS.ProcessEnv;
  readonly config: Readonly<Config>;
  readonly embedded: Plan['embedded'];
  readonly ports: EmbeddedPorts;
  readonly keys: GatewayKeyPair;
  readonly secrets: OwnSecrets;
  readonly vapid: OwnVapid;
  /** Null where there is no emulator. */
  readonly modal: ModalAccess | null;
}

/** What the runners need beyond the configuration. */
export interface PartFacts extends EnvFacts {
  readonly build: RunningBuild;
  /** The part that a debugger may attach to. */
  readonly inspected: Part | undefined;
  /** The Python with Modal's client; empty when the emulator is not ours to run. */
  readonly modalPython: string;
}

/** The demo server takes any key; a real one must never be sent to it. */
const DEMO_KEY = 'demo';
/** What a helper process of the stack may not see: it needs none of it. */
const SECRETS = new RegExp(
  '^(ANTHROPIC_|GEMINI_|REPLICATE_|SUPABASE_|TEMPORAL_|CALLBACK_|DATABASE_|MODAL_|GOOGLE_' +
    '|GAME_PATH_|PUBLISH_CHECK_|VAPID_|OBJECTS_|PG)',
);

/**
 * What the embedded parts contribute to the configuration of API and worker; empty where real
 * services are configured.
 */
export function providedEnv(facts: EnvFacts): Record<string, string> {
  const { config, embedded, ports, keys, modal } = facts;
  const gateway = `http://127.0.0.1:${ports.supabase}`;
  return {
    ...(embedded.supabase && {
      SUPABASE_URL: gateway,
      EMBEDDED_SUPABASE_URL: gateway,
      SUPABASE_ANON_KEY: keys.anonKey,
      SUPABASE_SERVICE_ROLE_KEY: keys.serviceRoleKey,
      SUPABASE_JWT_ISSUER: `${config.PUBLIC_URL}/auth/v1`,
    }),
    ...(embedded.temporal && { TEMPORAL_ADDRESS: `127.0.0.1:${ports.temporal}` }),
    ...(embedded.demo && {
      ANTHROPIC_API_KEY: DEMO_KEY,
      ANTHROPIC_BASE_URL: `http://127.0.0.1:${ports.demo}`,
      DEMO: 'true',
      // What it writes is known to play.
      RUN_PLAYS: facts.env.RUN_PLAYS ?? '0',
    }),
    // A real key for images goes to its real owner, also beside the demo model.
    ...(embedded.demo &&
      !facts.env.GEMINI_API_KEY && {
        GEMINI_API_KEY: DEMO_KEY,
        GEMINI_BASE_URL: `http://127.0.0.1:${ports.demo}/gemini`,
      }),
    ...(modal && {
      MODAL_SERVER_URL: modal.serverUrl,
      MODAL_TOKEN_ID: modal.tokenId,
      MODAL_TOKEN_SECRET: modal.tokenSecret,
      USE_MODAL: facts.env.USE_MODAL ?? 'true',
    }),
    ...facts.secrets,
    ...facts.vapid,
  };
}

/**
 * The environment of the worker: all of it, with every default spelled out so that the parts cannot
 * disagree.
 */
export function workerEnv(facts: EnvFacts): NodeJS.ProcessEnv {
  const { config } = facts;
  return {
    ...facts.env,
    ...providedEnv(facts),
    GOOGLE_CLIENT_SECRET: undefined,
    GAME_PATH_SECRET: undefined,
    GAME_PATH_SECRET_OLD: undefined,
    DATA_DIR: config.DATA_DIR,
    PORT: String(config.PORT),
    HOST: config.HOST,
    PUBLIC_URL: config.PUBLIC_URL,
    CALLBACK_BASE_URL: config.CALLBACK_BASE_URL,
  };
}

/**
 * The environment of the API: as the worker's, without the keys of models, and with what signs the
 * addresses of games.
 */
export function apiEnv(facts: EnvFacts): NodeJS.ProcessEnv {
  const { embedded, env, ports } = facts;
  return {
    ...workerEnv(facts),
    // Workflows carry links to their pages in the Temporal UI.
    ...(embedded.temporal && {
      TEMPORAL_UI_URL: env.TEMPORAL_UI_URL ?? `http://127.0.0.1:${ports.temporalUi}`,
    }),
    GAME_PATH_SECRET: facts.secrets.GAME_PATH_SECRET,
    GAME_PATH_SECRET_OLD: facts.env.GAME_PATH_SECRET_OLD,
    ANTHROPIC_API_KEY: undefined,
    GEMINI_API_KEY: undefined,
    REPLICATE_API_TOKEN: undefined,
    VAPID_PRIVATE_KEY: undefined,
  };
}

/**
 * Variables of the gateway alone: credentials for signing in at Google or another OpenID provider.
 */
export function signInEnv({
  GOOGLE_CLIENT_ID,
  GOOGLE_CLIENT_SECRET,
  GOOGLE_ISSUER,
}: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries({ GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET, GOOGLE_ISSUER }).flatMap(
      ([name, value]) => (value ? [[name, value]] : []),
    ),
  );
}

/** The environment of a helper process: the system's variables and its own, no other secrets. */
export function helperEnv(
  env: NodeJS.ProcessEnv,
  own: Readonly<Record<string, string>>,
): NodeJS.ProcessEnv {
  return {
    ...Object.fromEntries(Object.entries(env).filter(([name]) => !SECRETS.test(name))),
    ...own,
  };
}
