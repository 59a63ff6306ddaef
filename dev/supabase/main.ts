import { z } from 'zod';
import { createLog } from '../../src/telemetry/log.js';
import { keepFilesPrivate } from '../../src/disk/private-files.js';
import { ATTEMPT_LIMITS } from './auth/attempts.js';
import { startGateway } from './gateway.js';

const Count = z.coerce.number().int().positive();

/** The Supabase-compatible gateway as a process of its own; see the schema for its environment. */
const Environment = z
  .object({
    NODE_ENV: z
      .string()
      .optional()
      .refine(
        (value) => value !== 'production',
        'the embedded gateway is refused in production: set SUPABASE_URL',
      ),
    /** Superuser's address with password. */
    DATABASE_URL: z.string().regex(/^postgres(ql)?:\/\//, 'has to be a postgres:// address'),
    PORT: z.coerce.number().int().min(0).max(65_535),
    GATEWAY_HOST: z.string().optional(),
    /** Folder of supabase-keys.json. */
    KEY_DIR: z.string().min(1),
    /**
     * The app's address, under which browsers reach the gateway: `iss` of the tokens, and where a
     * sign-in leads back to.
     */
    PUBLIC_URL: z.url().transform((url) => url.replace(/\/+$/, '')),
    /**
     * Google sign-in, or that of another OpenID provider; without them a local form takes its
     * place.
     */
    GOOGLE_CLIENT_ID: z.string().optional(),
    GOOGLE_CLIENT_SECRET: z.string().optional(),
    GOOGLE_ISSUER: z.url({ protocol: /^https?$/ }).default('https://accounts.google.com'),
    SIGN_IN_TRIES_PER_ACCOUNT: Count.default(ATTEMPT_LIMITS.perAccount),
    SIGN_IN_TRIES_PER_ADDRESS: Count.default(ATTEMPT_LIMITS.perAddress),
    SIGN_IN_CHECKS: Count.default(ATTEMPT_LIMITS.checks),
    SIGN_IN_WAITING: Count.default(ATTEMPT_LIMITS.waiting),
    SIGN_IN_WINDOW_MS: Count.default(ATTEMPT_LIMITS.windowMs),
    SIGN_IN_GUESTS_PER_HOUR: Count.default(ATTEMPT_LIMITS.guestsPerHour),
  })
  .refine((env) => !env.GOOGLE_CLIENT_ID === !env.GOOGLE_CLIENT_SECRET, {
    path: ['GOOGLE_CLIENT_SECRET'],
    message: 'GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET are set together',
  });

keepFilesPrivate();
const log = createLog('supabase');
const environment = Environment.safeParse(process.env);
if (!environment.success) {
  log.fatal(
    {
      problems: environment.error.issues.map(
        (issue) => `${issue.path.join('.')}: ${issue.message}`,
      ),
    },
    'the gateway cannot start',
  );
  process.exit(2);
}
const { data } = environment;
const google =
  data.GOOGLE_CLIENT_ID && data.GOOGLE_CLIENT_SECRET
    ? {
        issuer: data.GOOGLE_ISSUER,
        clientId: data.GOOGLE_CLIENT_ID,
        clientSecret: data.GOOGLE_CLIENT_SECRET,
      }
    : undefined;

try {
  const gateway = await startGateway({
    databaseUrl: data.DATABASE_URL,
    port: data.PORT,
    host: data.GATEWAY_HOST,
    keyDir: data.KEY_DIR,
    issuer: `${data.PUBLIC_URL}/auth/v1`,
    siteUrl: data.PUBLIC_URL,
    attempts: {
      perAccount: data.SIGN_IN_TRIES_PER_ACCOUNT,
      perAddress: data.SIGN_IN_TRIES_PER_ADDRESS,
      checks: data.SIGN_IN_CHECKS,
      waiting: data.SIGN_IN_WAITING,
      windowMs: data.SIGN_IN_WINDOW_MS,
      guestsPerHour: data.SIGN_IN_GUESTS_PER_HOUR,
    },
    google,
    log,
  });
  let isStopping = false;
  const stop = (): void => {
    if (isStopping) process.exit(1);
    isStopping = true;
    void gateway.stop().then(() => process.exit(0));
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  log.info({ url: gateway.url, port: gateway.port }, 'supabase gateway ready');
} catch (error) {
  log.fatal({ err: error }, 'the gateway cannot start');
  process.exit(1);
}
