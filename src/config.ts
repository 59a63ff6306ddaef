import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { S3Url } from './objects/s3/place.js';
import { runsFor, thisMachine } from './process/machine.js';
import { publicVapidKey } from './vapid.js';

/**
 * The project's root folder, the nearest one above this file with a package.json, whether it runs
 * from `src` or from a build. Relative paths in the configuration start here, wherever the process
 * was started.
 */
export const PROJECT_ROOT = projectRoot(path.dirname(fileURLToPath(import.meta.url)));
/** The files of the schema, which images hold, too. */
export const MIGRATIONS_DIR = path.join(PROJECT_ROOT, 'supabase', 'migrations');
/** Every version of the kit that games load, as it was released. */
export const KIT_DIR = path.join(PROJECT_ROOT, 'kit', 'released');

const Flag = z.enum(['true', 'false']).transform((value) => value === 'true');
const Port = z.coerce.number().int().min(1).max(65_535);
const Secret = z.string().min(32);
const Ms = z.coerce.number().int().positive();
const Pause = z.coerce.number().int().nonnegative();
const Count = z.coerce.number().int().positive();
const Lives = z.coerce.number().int().min(0).max(300);
const Usd = z.coerce.number().nonnegative();
const Gib = z.coerce.number().positive();
const Url = z.url({ protocol: /^https?$/ }).transform((value) => value.replace(/\/+$/, ''));
/** On this machine and nowhere else. */
const LoopbackUrl = Url.refine(
  (value) => /^(127\.0\.0\.1|localhost|\[::1\])$/.test(new URL(value).hostname),
  'is not on this machine',
);
const List = z.string().transform((value) =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean),
);
/** Proxies in front of us: how many, or which. Addresses that other proxies report are ignored. */
const Proxies = z
  .string()
  .regex(
    /^(\d{1,2}|((loopback|linklocal|uniquelocal|[\da-f.:]+(\/\d{1,3})?)(, *(?=.)|$))+)$/i,
    'is neither a number of proxies nor a list of their addresses',
  )
  .transform((value) =>
    /^\d{1,2}$/.test(value) ? Number(value) : value.split(',').map((item) => item.trim()),
  );

/**
 * Every variable that the API and the worker read. `npm run docs:config` writes what they mean
 * (tested).
 */
export const Env = z.object({
  NODE_ENV: z.enum(['development', 'test', 'production']).default('development'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  DATA_DIR: z.string().min(1).default('.data'),
  OBJECTS_URL: S3Url.optional(),
  OBJECTS_ACCESS_KEY_ID: z.string().min(3).optional(),
  OBJECTS_SECRET_ACCESS_KEY: z.string().min(3).optional(),
  OBJECTS_CACHE_GIB: Gib.default(2),

  PORT: Port.default(3000),
  HOST: z.string().min(1).optional(),
  PUBLIC_URL: Url.optional(),
  GAMES_ORIGIN: Url.optional(),
  PUBLIC_DIR: z
    .string()
    .min(1)
    .transform((folder) => path.resolve(PROJECT_ROOT, folder))
    .optional(),
  CORS_ALLOWED_ORIGINS: List.default([]),
  TRUST_PROXY: Proxies.default(0),

  SUPABASE_URL: Url,
  SUPABASE_ANON_KEY: z.string().min(1),
  SUPABASE_SERVICE_ROLE_KEY: z.string().min(1),
  SUPABASE_JWT_ISSUER: Url.optional(),
  SUPABASE_JWT_SECRET: z.string().min(1).optional(),
  EMBEDDED_SUPABASE_URL: Url.optional(),

  TEMPORAL_ADDRESS: z.string().min(1).optional(),
  TEMPORAL_NAMESPACE: z.string().min(1).optional(),
  TEMPORAL_API_KEY: z.string().min(1).optional(),
  TEMPORAL_TLS_CLIENT_CERT_PATH: z.string().min(1).optional(),
  TEMPORAL_TLS_CLIENT_KEY_PATH: z.string().min(1).optional(),
  TEMPORAL_TLS_SERVER_CA_CERT_PATH: z.string().min(1).optional(),
  TEMPORAL_TLS_SERVER_NAME: z.string().min(1).optional(),
  TEMPORAL_PROFILE: z.string().min(1).optional(),
  TEMPORAL_CONFIG_FILE: z.string().min(1).optional(),
  TEMPORAL_UI_URL: Url.optional(),
  BUILD_ID: z
    .string()
    .regex(/^[\w.-]{1,60}$/, 'is no name of up to 60 letters, digits, ".", "_" and "-"')
    .optional(),
  DEPLOY_CURRENT: z.enum(['auto', 'manual']).default('manual'),
  OPERATOR_USER_ID: z.guid().toLowerCase().optional(),
  WATCH_INTERVAL_MS: Ms.default(30_000),
  BROKEN_RUN_MS: Ms.default(60_000),

  ANTHROPIC_API_KEY: z.string().min(1).optional(),
  ANTHROPIC_BASE_URL: Url.default('https://api.anthropic.com'),
  DEMO: Flag.default(false),
  CLAUDE_MODEL: z.string().min(1).default('claude-opus-5-5'),
  CHAT_MODEL: z.string().min(1).default('claude-haiku-5-5'),
  CLAUDE_MAX_TURNS: Count.default(30),
  CLAUDE_MAX_BUDGET_USD: z.coerce.number().positive().default(2),
  JOB_BUDGET_USD: z.coerce.number().positive().optional(),
  REPAIR_USD: z.coerce.number().positive().default(0.3),

  JOB_TIMEOUT_MS: Ms.default(600_000),
  SHUTDOWN_GRACE_MS: Ms.optional(),
  DRAIN_MS: Pause.default(0),
  START_TIMEOUT_MS: Ms.default(120_000),
  NO_PROGRESS_TIMEOUT_MS: Ms.default(60_000),
  CHAT_TIMEOUT_MS: Ms.default(30_000),
  MAX_RUNNING_JOBS: Count.optional(),
  MAX_RUNNING_PLAYS: Count.optional(),
  MAX_QUEUED_JOBS: Count.default(50),

  GEMINI_API_KEY: z.string().min(1).optional(),
  GEMINI_BASE_URL: Url.default('https://generativelanguage.googleapis.com'),
  GEMINI_MODEL_IMAGE: z.string().min(1).default('gemini-3.1-flash-image'),
  GEMINI_MODEL_THUMBNAIL: z.string().min(1).default('gemini-3-pro-image'),
  IMAGE_TIMEOUT_MS: Ms.default(120_000),
  REPLICATE_API_TOKEN: z.string().min(1).optional(),
  REPLICATE_BASE_URL: Url.default('https://api.replicate.com'),
  REPLICATE_MODEL_VERSION: z
    .string()
    .min(1)
    .default('4ed060b3587b7c3912353dd7d59000c883a6e1c5c9181ed7415c2624c2e8e392'),
  CUTOUT_MODEL_FILE: z.string().min(1).default('.tools/u2netp.onnx'),

  IMAGE_USD: Usd.default(0.04),
  THUMBNAIL_USD: Usd.default(0.14),
  CUTOUT_USD: Usd.default(0.01),
  VIDEO_USD: Usd.default(0.05),
  TEXT_USD: Usd.default(0.01),

  VIDEO_SECONDS: z.coerce.number().min(0.5).max(30).default(7),
  VIDEO_SCALE: z.coerce.number().min(0.1).max(1).default(1),
  RECORD_LIMIT_MS: Ms.default(90_000),

  PLAY_GAMES: Flag.default(true),
  RUN_PLAYS: z.coerce.number().int().min(0).max(10).default(3),
  PLAY_WALL_MS: Ms.max(180_000).default(180_000),
  PLAY_LIVES: Lives.default(2),
  PLAY_SEARCH_LIVES: Lives.default(120),
  DRAW_SPRITES: Flag.default(true),

  USE_MODAL: Flag.optional(),
  MODAL_TOKEN_ID: z.string().min(1).optional(),
  MODAL_TOKEN_SECRET: z.string().min(1).optional(),
  MODAL_SERVER_URL: Url.optional(),
  MODAL_ENVIRONMENT: z.string().min(1).optional(),
  MODAL_APP: z.string().min(1).default('dreamcore'),
  MODAL_SLOTS: Count.default(200),

  CALLBACK_BASE_URL: Url.optional(),
  INSTANCE_URL: Url.optional(),
  CALLBACK_SECRET: Secret,
  CALLBACK_SECRET_OLD: Secret.optional(),
  GAME_PATH_SECRET: Secret.optional(),
  GAME_PATH_SECRET_OLD: Secret.optional(),
  PUBLISH_CHECK_SECRET: Secret.optional(),
  PUBLISH_CHECK_SECRET_OLD: Secret.optional(),

  VAPID_PUBLIC_KEY: z
    .string()
    .regex(/^[\w-]{87}$/, 'is no public key of 65 bytes in base64url')
    .optional(),
  VAPID_PRIVATE_KEY: z
    .string()
    .regex(/^[\w-]{43}$/, 'is no private key of 32 bytes in base64url')
    .optional(),
  VAPID_SUBJECT: z
    .string()
    .regex(/^(mailto:\S+@\S+|https:\/\/\S+)$/, 'is neither mailto: nor https:')
    .optional(),
  PUSH_TEST_ORIGIN: LoopbackUrl.optional(),
  MAX_PUSH_SUBSCRIPTIONS_PER_USER: Count.default(10),

  BUDGET_DAILY_USD: Usd.default(0),
  USER_DAILY_USD: Usd.default(0),
  USER_DAILY_LOSS_USD: Usd.optional(),
  GUEST_DAILY_USD: Usd.optional(),
  VOLUME_SOFT_GIB: Gib.default(5),
  VOLUME_MAX_GIB: Gib.default(50),
  ASSET_QUOTA_MIB: Count.default(500),
  IMAGE_MAX_SIDE: Count.default(8_192),
  IMAGE_MAX_PIXELS: Count.default(16_777_216),
  RATE_LIMIT_READS_PER_MIN: Count.default(600),
  RATE_LIMIT_WRITES_PER_MIN: Count.default(60),
  RATE_LIMIT_AI_PER_MIN: Count.default(20),
  RATE_LIMIT_FILES_PER_MIN: Count.default(20_000),
  RATE_LIMIT_PROJECTS_PER_MIN: Count.default(60),
  RATE_LIMIT_SESSIONS_PER_MIN: Count.default(120),
  RATE_LIMIT_FRAMES_PER_MIN: Count.default(3_000),
  RATE_LIMIT_ROWS_PER_MIN: Count.default(600),
  RATE_LIMIT_AUTH_PER_MIN: Count.default(600),
  RATE_LIMIT_ATTEMPTS_PER_MIN: Count.default(120),
  RATE_LIMIT_TOKENS_PER_MIN: Count.default(600),
  RATE_LIMIT_ADDRESS_FACTOR: Count.default(50),
  MAX_PROJECTS_PER_USER: Count.default(500),
  MAX_SOCKETS_PER_USER: Count.default(50),
  MAX_SOCKETS_PER_ADDRESS: Count.default(10_000),
  MAX_WAITING_SOCKETS_PER_ADDRESS: Count.default(1_200),
  ALERT_WEBHOOK_URL: Url.optional(),
  METRICS_HOST: z.string().min(1).default('127.0.0.1'),
  API_METRICS_PORT: Port.optional(),
  WORKER_METRICS_PORT: Port.optional(),
  TEMPORAL_METRICS_PORT: Port.optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: Url.optional(),
  TRACE_URL_TEMPLATE: z
    .string()
    .regex(/^https?:\/\/[^\s()]*\{traceId\}[^\s()]*$/, 'is no http(s) URL with {traceId} in it')
    .optional(),
});

/** Limits that could never let a run through, and keys that do not fit, are mistakes. */
const Checked = Env.superRefine((env, context) => {
  const mistake = (name: string, message: string) =>
    context.addIssue({ code: 'custom', path: [name], message });
  for (const name of ['BUDGET_DAILY_USD', 'USER_DAILY_USD', 'GUEST_DAILY_USD'] as const) {
    if (!env[name] || env[name] >= env.CLAUDE_MAX_BUDGET_USD) continue;
    mistake(name, 'is less than CLAUDE_MAX_BUDGET_USD: no run could ever start');
  }
  if (env.NODE_ENV === 'production' && env.PUSH_TEST_ORIGIN !== undefined)
    mistake('PUSH_TEST_ORIGIN', 'is for tests only');
  if (env.OBJECTS_URL !== undefined)
    for (const name of ['OBJECTS_ACCESS_KEY_ID', 'OBJECTS_SECRET_ACCESS_KEY'] as const)
      if (env[name] === undefined) mistake(name, 'is required');
  const { VAPID_PRIVATE_KEY: key } = env;
  if (key === undefined) return;
  if (publicVapidKey(key) !== env.VAPID_PUBLIC_KEY)
    mistake('VAPID_PRIVATE_KEY', 'does not belong to VAPID_PUBLIC_KEY');
  if (env.VAPID_SUBJECT === undefined) mistake('VAPID_SUBJECT', 'is required');
});

type Parsed = z.output<typeof Env>;

export interface Config extends Omit<
  Parsed,
  | 'HOST'
  | 'PUBLIC_URL'
  | 'SUPABASE_JWT_ISSUER'
  | 'CALLBACK_BASE_URL'
  | 'GAME_PATH_SECRET'
  | 'PUBLISH_CHECK_SECRET'
  | 'SHUTDOWN_GRACE_MS'
  | 'JOB_BUDGET_USD'
  | 'MAX_RUNNING_JOBS'
  | 'MAX_RUNNING_PLAYS'
  | 'USER_DAILY_LOSS_USD'
  | 'GUEST_DAILY_USD'
> {
  readonly JOB_BUDGET_USD: number;
  readonly MAX_RUNNING_JOBS: number;
  readonly MAX_RUNNING_PLAYS: number;
  readonly USER_DAILY_LOSS_USD: number;
  readonly GUEST_DAILY_USD: number;
  readonly GAME_PATH_SECRET: string;
  readonly PUBLISH_CHECK_SECRET: string;
  readonly HOST: string;
  readonly PUBLIC_URL: string;
  readonly SUPABASE_JWT_ISSUER: string;
  readonly CALLBACK_BASE_URL: string;
  readonly SHUTDOWN_GRACE_MS: number;
}

/** Thrown once with every mistake of the configuration, one line each. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** The worker's configuration: it alone holds the model key. */
export type WorkerConfig = Config & { readonly ANTHROPIC_API_KEY: string };

/** As {@link parseConfig}, and the model key is required. */
export function parseWorkerConfig(
  env: Readonly<Record<string, string | undefined>>,
): Readonly<WorkerConfig> {
  const config = parseConfig(env);
  const key = config.ANTHROPIC_API_KEY;
  if (!key)
    throw new ConfigError('The configuration has 1 mistake(s):\n  ANTHROPIC_API_KEY: is required');
  if (config.VAPID_PUBLIC_KEY && !config.VAPID_PRIVATE_KEY)
    throw new ConfigError('The configuration has 1 mistake(s):\n  VAPID_PRIVATE_KEY: is required');
  return Object.freeze({ ...config, ANTHROPIC_API_KEY: key });
}

/**
 * Parses the environment once; the result is frozen and passed in, never read again from
 * `process.env`. An empty value counts as unset. Throws {@link ConfigError} naming every mistake
 * (never a value: it may be a secret).
 */
export function parseConfig(env: Readonly<Record<string, string | undefined>>): Readonly<Config> {
  const given = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = Checked.safeParse(given);
  if (!parsed.success) {
    const lines = parsed.error.issues.map(
      (issue) =>
        `  ${issue.path.join('.')}: ` +
        `${given[String(issue.path[0])] === undefined ? 'is required' : issue.message}`,
    );
    throw new ConfigError(`The configuration has ${lines.length} mistake(s):\n${lines.join('\n')}`);
  }
  return Object.freeze(withDefaults(parsed.data));
}

function withDefaults(env: Parsed): Config {
  const machine = thisMachine();
  const before = (own: string | undefined, old: string | undefined) =>
    old ?? (own ? undefined : env.CALLBACK_SECRET_OLD);
  return {
    ...env,
    DATA_DIR: path.resolve(PROJECT_ROOT, env.DATA_DIR),
    CUTOUT_MODEL_FILE: path.resolve(PROJECT_ROOT, env.CUTOUT_MODEL_FILE),
    HOST: env.HOST ?? (env.EMBEDDED_SUPABASE_URL ? '127.0.0.1' : '0.0.0.0'),
    PUBLIC_URL: env.PUBLIC_URL ?? `http://localhost:${env.PORT}`,
    SUPABASE_JWT_ISSUER: env.SUPABASE_JWT_ISSUER ?? `${env.SUPABASE_URL}/auth/v1`,
    SHUTDOWN_GRACE_MS: env.SHUTDOWN_GRACE_MS ?? env.JOB_TIMEOUT_MS,
    MAX_RUNNING_JOBS: env.MAX_RUNNING_JOBS ?? runsFor(machine),
    MAX_RUNNING_PLAYS: env.MAX_RUNNING_PLAYS ?? machine.cores,
    JOB_BUDGET_USD: env.JOB_BUDGET_USD ?? env.CLAUDE_MAX_BUDGET_USD,
    USER_DAILY_LOSS_USD: env.USER_DAILY_LOSS_USD ?? lossLimitUsd(env.USER_DAILY_USD),
    GUEST_DAILY_USD: env.GUEST_DAILY_USD ?? GUEST_RUNS * env.CLAUDE_MAX_BUDGET_USD,
    CALLBACK_BASE_URL: env.CALLBACK_BASE_URL ?? `http://127.0.0.1:${env.PORT}`,
    // Each purpose derives a key of its own, so that one secret can stand in for all, and while
    // that one changes the one before it does.
    GAME_PATH_SECRET: env.GAME_PATH_SECRET ?? env.CALLBACK_SECRET,
    GAME_PATH_SECRET_OLD: before(env.GAME_PATH_SECRET, env.GAME_PATH_SECRET_OLD),
    PUBLISH_CHECK_SECRET: env.PUBLISH_CHECK_SECRET ?? env.CALLBACK_SECRET,
    PUBLISH_CHECK_SECRET_OLD: before(env.PUBLISH_CHECK_SECRET, env.PUBLISH_CHECK_SECRET_OLD),
  };
}

/** Runs of guests for whose whole budget their purse has room at once. */
const GUEST_RUNS = 10;
/** US dollars a day that the house loses for a user at most: in proportion to what he may pay. */
const lossLimitUsd = (userLimitUsd: number): number => (userLimitUsd > 0 ? 3 * userLimitUsd : 10);

export type ModalChoice = Pick<Config, 'USE_MODAL' | 'MODAL_TOKEN_ID' | 'MODAL_TOKEN_SECRET'>;

/** Why this configuration never uses Modal, whatever the row holds; null = it may. */
export function whyWithoutModal({
  USE_MODAL,
  MODAL_TOKEN_ID,
  MODAL_TOKEN_SECRET,
}: ModalChoice): string | null {
  if (USE_MODAL === false) return 'USE_MODAL=false';
  return MODAL_TOKEN_ID && MODAL_TOKEN_SECRET ? null : 'no Modal credentials';
}

function projectRoot(folder: string): string {
  if (existsSync(path.join(folder, 'package.json'))) return folder;
  const parent = path.dirname(folder);
  if (parent === folder) throw new Error('There is no package.json above this program.');
  return projectRoot(parent);
}
