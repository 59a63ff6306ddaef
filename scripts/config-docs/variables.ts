import { ATTEMPT_LIMITS } from '../../dev/supabase/auth/attempts.js';

/** What each variable means; the schema of `src/config.ts` has the defaults. */
export interface Variable {
  readonly meaning: string;
  /** Said instead of the schema's default, where the value is computed or provided. */
  readonly otherwise?: string;
}

type Group = Readonly<Record<string, Variable>>;

/** Variables that API and worker read, in the order of the document. */
export const VARIABLES: Readonly<Record<string, Group>> = {
  'The process': {
    NODE_ENV: { meaning: '`production` refuses embedded parts and an unsandboxed model' },
    LOG_LEVEL: { meaning: 'fatal, error, warn, info, debug, trace, silent' },
    DATA_DIR: { meaning: 'objects, scratch folders, embedded state, logs, secrets' },
  },
  Objects: {
    OBJECTS_URL: {
      meaning:
        '`s3://<bucket>[/<prefix>]?endpoint=https://…&region=…&style=path|host`: a bucket that all ' +
        'hosts share; without an endpoint, of AWS',
      otherwise: 'files below DATA_DIR/objects',
    },
    OBJECTS_ACCESS_KEY_ID: { meaning: 'key that may list, read, write and delete there' },
    OBJECTS_SECRET_ACCESS_KEY: { meaning: 'its secret' },
    OBJECTS_CACHE_GIB: {
      meaning: 'what of the bucket is kept on the disk of this machine, in DATA_DIR/cache',
    },
  },
  'The app': {
    PORT: { meaning: 'port of the app; taken = an error that says so' },
    HOST: {
      meaning: 'address that the API listens on',
      otherwise: '127.0.0.1 embedded, else 0.0.0.0',
    },
    PUBLIC_URL: {
      meaning: 'what browsers use; issuer of tokens with the embedded gateway',
      otherwise: 'http://localhost:PORT',
    },
    GAMES_ORIGIN: {
      meaning: 'serves games from another host; production should have one (docs/security.md)',
    },
    PUBLIC_DIR: {
      meaning:
        'folder of another browser client of the same API: its files stand before ' +
        'ours, and its pages may hold inline scripts',
    },
    CORS_ALLOWED_ORIGINS: { meaning: 'further origins of the app, comma-separated' },
    TRUST_PROXY: {
      meaning:
        'proxies in front of the API: how many, or a list of their addresses; only ' +
        'then is `X-Forwarded-For` believed',
    },
  },
  Supabase: {
    SUPABASE_URL: { meaning: 'Supabase project', otherwise: 'embedded' },
    SUPABASE_ANON_KEY: {
      meaning: "the Supabase project's public key",
      otherwise: 'of the embedded gateway',
    },
    SUPABASE_SERVICE_ROLE_KEY: {
      meaning: 'its service key; never leaves the servers',
      otherwise: 'of the embedded gateway',
    },
    SUPABASE_JWT_ISSUER: {
      meaning: 'issuer that tokens must name',
      otherwise: 'SUPABASE_URL/auth/v1',
    },
    SUPABASE_JWT_SECRET: { meaning: 'for projects that sign with HS256' },
    EMBEDDED_SUPABASE_URL: {
      meaning: 'set by the launcher: the gateway behind `/rest/v1` and `/auth/v1`',
    },
  },
  Temporal: {
    TEMPORAL_ADDRESS: { meaning: 'Temporal server', otherwise: 'embedded' },
    TEMPORAL_NAMESPACE: { meaning: 'namespace on that server', otherwise: '`default`' },
    TEMPORAL_API_KEY: { meaning: 'API key of that server; turns TLS on' },
    TEMPORAL_TLS_CLIENT_CERT_PATH: { meaning: 'file of our certificate, for mutual TLS' },
    TEMPORAL_TLS_CLIENT_KEY_PATH: { meaning: 'file of its key' },
    TEMPORAL_TLS_SERVER_CA_CERT_PATH: { meaning: "file of the authority that signed the server's" },
    TEMPORAL_TLS_SERVER_NAME: { meaning: 'name in its certificate, where the address has another' },
    TEMPORAL_PROFILE: { meaning: 'profile of the configuration file, behind these variables' },
    TEMPORAL_CONFIG_FILE: { meaning: "configuration file of Temporal's own clients (TOML)" },
    TEMPORAL_UI_URL: {
      meaning: 'where a person sees the Temporal UI; commands and workflows link to it',
    },
    BUILD_ID: {
      meaning: "the worker's name among the builds; `npm run dev` sets `dev`",
      otherwise: 'a hash of its code',
    },
    WATCH_INTERVAL_MS: {
      meaning: 'pause between the rounds that look for broken runs, rows and builds',
    },
    DEPLOY_CURRENT: {
      meaning:
        '`auto`: a worker makes its build current when none is, or when the current one has had ' +
        'no worker for 60 s and is not newer; `manual`: it logs the command',
    },
    OPERATOR_USER_ID: {
      meaning: 'the account in whose name, and at whose cost, `dreamcore rerun` does jobs again',
    },
    BROKEN_RUN_MS: { meaning: 'a run whose workflow code fails for so long is ended' },
  },
  'The model': {
    ANTHROPIC_API_KEY: {
      meaning: "key of the model; only the worker holds it, the model's sandbox never sees it",
      otherwise: 'demo',
    },
    ANTHROPIC_BASE_URL: { meaning: 'where the model is' },
    DEMO: { meaning: 'set by the launcher: pages show the DEMO banner' },
    CLAUDE_MODEL: { meaning: 'writes games' },
    CHAT_MODEL: { meaning: 'answers questions, reads messages, designs and judges games' },
    CLAUDE_MAX_TURNS: { meaning: 'turns of one run' },
    CLAUDE_MAX_BUDGET_USD: { meaning: 'cost limit of one run' },
    JOB_BUDGET_USD: {
      meaning: 'cost limit of all runs for one message, repairs included',
      otherwise: '`CLAUDE_MAX_BUDGET_USD`',
    },
    REPAIR_USD: { meaning: 'a game is repaired only while so much of that is left' },
  },
  Jobs: {
    JOB_TIMEOUT_MS: { meaning: 'longest work on one message, counted from its slot' },
    SHUTDOWN_GRACE_MS: {
      meaning: 'a worker that is told to stop finishes what it has begun for so long',
      otherwise: '`JOB_TIMEOUT_MS`',
    },
    DRAIN_MS: {
      meaning:
        'an API that is told to stop is not ready for so long before it closes sockets, which it ' +
        'then does at moments within as long again',
    },
    START_TIMEOUT_MS: { meaning: 'until the first event of a run' },
    NO_PROGRESS_TIMEOUT_MS: { meaning: 'longest silence of a run' },
    CHAT_TIMEOUT_MS: { meaning: 'longest wait for an answer in words' },
    MAX_RUNNING_JOBS: {
      meaning: 'runs at once per worker',
      otherwise: 'by cores and memory, as [scaling.md](scaling.md) says',
    },
    MAX_RUNNING_PLAYS: { meaning: 'plays at once per worker', otherwise: 'its cores' },
    MAX_QUEUED_JOBS: { meaning: 'waiting jobs before a message is refused' },
    PLAY_GAMES: { meaning: 'try each new game out before it is handed over' },
    RUN_PLAYS: {
      meaning:
        'how often the model may play its game while it writes it, on this machine; 0 = never',
      otherwise: '3; 0 beside the demo model',
    },
    PLAY_WALL_MS: {
      meaning:
        'longest time of one play, which then says nothing about the game; ' +
        'never more than its job has left less 60 s',
    },
    PLAY_LIVES: {
      meaning: 'lives of the search in one play, before a game is handed over; 0 = no search',
    },
    PLAY_SEARCH_LIVES: {
      meaning:
        'most lives of the search after it, for about two minutes, for the next change of ' +
        'the game; 0 = no search',
    },
    DRAW_SPRITES: {
      meaning: 'draw figures of a new game while it is written; needs GEMINI_API_KEY',
    },
  },
  'Images and videos': {
    GEMINI_API_KEY: {
      meaning:
        'key of the image model; only the worker holds it. Without one: no sprites, ' +
        'thumbnails are screenshots',
      otherwise: 'demo beside the demo model',
    },
    GEMINI_BASE_URL: { meaning: 'where the image model is' },
    GEMINI_MODEL_IMAGE: { meaning: 'draws sprites' },
    GEMINI_MODEL_THUMBNAIL: { meaning: 'draws thumbnails' },
    IMAGE_TIMEOUT_MS: { meaning: 'longest wait for one image' },
    REPLICATE_API_TOKEN: {
      meaning: 'has images cut out by Replicate instead; only the worker holds it',
    },
    REPLICATE_BASE_URL: { meaning: 'where Replicate is' },
    REPLICATE_MODEL_VERSION: { meaning: "version of Replicate's model (BRIA RMBG 2.0)" },
    CUTOUT_MODEL_FILE: { meaning: 'the network that cuts images out; `npm run tools` fetches it' },
    IMAGE_USD: { meaning: 'what one sprite counts as, US dollars' },
    THUMBNAIL_USD: { meaning: 'one thumbnail by the image model' },
    CUTOUT_USD: { meaning: 'one image cut out by Replicate' },
    VIDEO_USD: {
      meaning: 'one video with its words; on Modal the time of its call counts instead',
    },
    TEXT_USD: {
      meaning:
        'one short text: how a message is read, a brief, an answer, the words of a publish page',
    },
    VIDEO_SECONDS: { meaning: "length of a game's video, seconds" },
    VIDEO_SCALE: { meaning: 'its size as a share of 1080×1920' },
    RECORD_LIMIT_MS: {
      meaning: 'for so long a game may be recorded; a slower one has a shorter video, or none',
    },
  },
  Modal: {
    USE_MODAL: {
      meaning:
        '`false` and a restart always mean local; otherwise runs start on Modal and ' +
        '`npx dreamcore backend` moves them',
      otherwise: 'true with Modal credentials',
    },
    MODAL_TOKEN_ID: { meaning: "id of the Modal workspace's token" },
    MODAL_TOKEN_SECRET: { meaning: 'its secret' },
    MODAL_SERVER_URL: {
      meaning: "another control plane, as the emulator's",
      otherwise: "Modal's own",
    },
    MODAL_ENVIRONMENT: { meaning: 'environment of the workspace', otherwise: "Modal's default" },
    MODAL_APP: {
      meaning: 'name of the apps on Modal: one for each version of the runner, `<name>-<version>`',
    },
    MODAL_SLOTS: { meaning: 'Modal calls that one worker waits for at a time' },
  },
  Callback: {
    CALLBACK_BASE_URL: {
      meaning: 'where runners post their events',
      otherwise: 'http://127.0.0.1:PORT',
    },
    INSTANCE_URL: {
      meaning:
        'where runners reach this instance of the API alone, without its balancer: text comes ' +
        'straight to the sockets that wait for it',
    },
    CALLBACK_SECRET: {
      meaning: 'signs those posts, 32 characters or more; each call gets a key made from it',
      otherwise: 'made once',
    },
    CALLBACK_SECRET_OLD: { meaning: 'the one before, still accepted: for a change' },
  },
  'Signed addresses': {
    GAME_PATH_SECRET: {
      meaning: 'signs the addresses of games that are being made; only the API needs it',
      otherwise: 'made once',
    },
    GAME_PATH_SECRET_OLD: { meaning: 'the one before, still accepted' },
    PUBLISH_CHECK_SECRET: {
      meaning: 'by which a worker sees the copy of a game before anybody else does',
      otherwise: 'made once',
    },
    PUBLISH_CHECK_SECRET_OLD: { meaning: 'the one before, still accepted' },
  },
  'Web Push': {
    VAPID_PUBLIC_KEY: {
      meaning: 'by which browsers subscribe to notifications; unset = none are offered',
      otherwise: 'made once, not in production',
    },
    VAPID_PRIVATE_KEY: {
      meaning: 'signs them; only the worker needs it (`npx web-push generate-vapid-keys`)',
      otherwise: 'made once, not in production',
    },
    VAPID_SUBJECT: {
      meaning: 'whom push services write to: `mailto:` or `https:`',
      otherwise: 'none',
    },
    PUSH_TEST_ORIGIN: {
      meaning: 'a push service of a test on this machine; refused in production',
    },
    MAX_PUSH_SUBSCRIPTIONS_PER_USER: {
      meaning: 'browsers that a user is notified on; a further one replaces the oldest',
    },
  },
  'Limits and alerts': {
    BUDGET_DAILY_USD: {
      meaning: 'what all users together may cost on one day (Japanese calendar)',
      otherwise: '0 = no limit',
    },
    USER_DAILY_USD: {
      meaning: 'what one user may cost on one day; failed and cancelled work is free',
      otherwise: '0 = no limit',
    },
    USER_DAILY_LOSS_USD: {
      meaning:
        'what may be spent on one day for one user and not paid by him: stopped and failed work, ' +
        'repairs, broken games; 0 = no limit',
      otherwise: '3 × USER_DAILY_USD, or 10 where that is 0',
    },
    GUEST_DAILY_USD: {
      meaning: 'what all guests together may cost on one day; 0 = no limit',
      otherwise: '10 × CLAUDE_MAX_BUDGET_USD',
    },
    VOLUME_SOFT_GIB: {
      meaning: "step of the soft limit of a user's files: an alert at 80 % of each step",
    },
    VOLUME_MAX_GIB: { meaning: "beyond it a user's new generations and uploads are refused" },
    IMAGE_MAX_SIDE: { meaning: 'longest side of an image that is sent, pixels' },
    IMAGE_MAX_PIXELS: {
      meaning:
        'pixels of an image that is sent; all frames of an animation may have 8 times as many',
    },
    ASSET_QUOTA_MIB: {
      meaning: 'what the assets of one user may take together; deleted ones do not count',
    },
    RATE_LIMIT_READS_PER_MIN: {
      meaning: 'API reads of one user (before sign-in: of one address) per minute and API process',
    },
    RATE_LIMIT_WRITES_PER_MIN: { meaning: 'API writes, counted likewise' },
    RATE_LIMIT_AI_PER_MIN: {
      meaning: 'chat messages and calls that make a model or an image engine work',
    },
    RATE_LIMIT_FILES_PER_MIN: { meaning: 'pages, games and what they consist of' },
    RATE_LIMIT_PROJECTS_PER_MIN: { meaning: 'projects that one user makes or deletes' },
    RATE_LIMIT_SESSIONS_PER_MIN: { meaning: 'sockets that one user signs in' },
    RATE_LIMIT_FRAMES_PER_MIN: {
      meaning: 'frames of one user, one for each KiB; more close the socket',
    },
    RATE_LIMIT_ROWS_PER_MIN: { meaning: 'requests to `/rest/v1` through the API' },
    RATE_LIMIT_AUTH_PER_MIN: {
      meaning: 'requests to `/auth/v1` through the API that try no password, code or link',
    },
    RATE_LIMIT_ATTEMPTS_PER_MIN: { meaning: 'those that do, of one address' },
    RATE_LIMIT_TOKENS_PER_MIN: {
      meaning: 'tokens of one address that are bad or have to be asked about',
    },
    RATE_LIMIT_ADDRESS_FACTOR: {
      meaning: 'how much more than a user all users of one address may do together',
    },
    MAX_PROJECTS_PER_USER: { meaning: 'projects of one user' },
    MAX_SOCKETS_PER_USER: { meaning: 'open sockets of one user at one API process' },
    MAX_SOCKETS_PER_ADDRESS: { meaning: 'open sockets of one address, likewise' },
    MAX_WAITING_SOCKETS_PER_ADDRESS: { meaning: 'those of them that have not signed in' },
    ALERT_WEBHOOK_URL: { meaning: 'gets every alert as JSON by POST' },
    METRICS_HOST: { meaning: 'address on which metrics are served; nobody signs in there' },
    API_METRICS_PORT: { meaning: 'serves `/metrics` of the API for Prometheus; unset = nowhere' },
    WORKER_METRICS_PORT: { meaning: 'the same for the worker' },
    TEMPORAL_METRICS_PORT: { meaning: "the same for what Temporal's SDK counts in the worker" },
    OTEL_EXPORTER_OTLP_ENDPOINT: {
      meaning: 'collector of traces (OTLP/HTTP, without `/v1/traces`); unset = nothing is traced',
    },
    TRACE_URL_TEMPLATE: {
      meaning: 'where a trace is shown, with `{traceId}` in it: linked from workflows',
    },
  },
};

/** Variables that only the launcher, the tools and the tests read. */
export const LAUNCHER_VARIABLES: Group = {
  GOOGLE_CLIENT_ID: {
    meaning:
      'sign-in at Google beside the embedded gateway; callback `PUBLIC_URL/auth/v1/callback`',
  },
  GOOGLE_CLIENT_SECRET: { meaning: 'its secret; only the gateway gets it' },
  GOOGLE_ISSUER: {
    meaning: 'another OpenID provider in its place',
    otherwise: 'https://accounts.google.com',
  },
  SIGN_IN_TRIES_PER_ACCOUNT: {
    meaning:
      'wrong passwords for one account from one address before each further one has to wait, ' +
      'twice as long each time',
    otherwise: String(ATTEMPT_LIMITS.perAccount),
  },
  SIGN_IN_TRIES_PER_ADDRESS: {
    meaning: 'the same for all accounts from one address, and for one account from anywhere',
    otherwise: String(ATTEMPT_LIMITS.perAddress),
  },
  SIGN_IN_CHECKS: {
    meaning: 'passwords that the embedded gateway checks at a time',
    otherwise: String(ATTEMPT_LIMITS.checks),
  },
  SIGN_IN_WAITING: {
    meaning: 'those of one address that wait for it',
    otherwise: String(ATTEMPT_LIMITS.waiting),
  },
  SIGN_IN_WINDOW_MS: {
    meaning: 'after that time wrong passwords are forgotten; no wait is longer',
    otherwise: String(ATTEMPT_LIMITS.windowMs),
  },
  SIGN_IN_GUESTS_PER_HOUR: {
    meaning: 'guests that one address may become within an hour at the embedded gateway',
    otherwise: String(ATTEMPT_LIMITS.guestsPerHour),
  },
  DEMO_SECONDS: { meaning: 'how long the demo model takes for a game, seconds', otherwise: '6' },
  PG_BINDIR: { meaning: 'PostgreSQL programs to use instead of the packaged ones' },
  TEMPORAL_CLI_PATH: { meaning: "Temporal's command line program to use" },
  CHROMIUM_PATH: { meaning: 'browser for thumbnails, videos and end-to-end tests' },
  MODAL_CLI: {
    meaning: 'command line program that `npm run modal:deploy` starts',
    otherwise: '.tools/modal-venv/bin/modal',
  },
  DATABASE_URL: { meaning: 'database that `scripts/migrate.ts` brings up to date' },
};
