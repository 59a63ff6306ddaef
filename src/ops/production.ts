type Environment = Readonly<Record<string, string | undefined>>;

/** The real services that production needs, and what each variable stands for. */
const SERVICES = {
  SUPABASE_URL: '(the Supabase project, instead of the embedded database)',
  SUPABASE_ANON_KEY: '(its public key)',
  SUPABASE_SERVICE_ROLE_KEY: '(its service key)',
  TEMPORAL_ADDRESS: '(host:port of the Temporal server, instead of the embedded one)',
  ANTHROPIC_API_KEY: '(the model key, instead of the demo model)',
  CALLBACK_SECRET: '(32 or more random characters, the same for API and workers)',
  GAME_PATH_SECRET: '(others, the same for all APIs)',
  PUBLISH_CHECK_SECRET: '(others, the same for API and workers)',
} as const;

/**
 * The variables that production needs and that are not set, one line each; empty outside
 * production. The API alone runs without the model key, the worker alone without what signs the
 * addresses of games.
 */
export function missingServices(
  env: Environment,
  { needsModel, signsPaths = true }: { needsModel: boolean; signsPaths?: boolean },
): string[] {
  if (env.NODE_ENV !== 'production') return [];
  return Object.entries(SERVICES)
    .filter(([name]) => !env[name])
    .filter(([name]) => needsModel || name !== 'ANTHROPIC_API_KEY')
    .filter(([name]) => signsPaths || name !== 'GAME_PATH_SECRET')
    .map(([name, purpose]) => `${name} ${purpose}`);
}
