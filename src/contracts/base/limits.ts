/**
 * What requests and frames count as. Each class has one number per minute, a variable of the
 * configuration, for each user; before sign-in, and for what is tried to sign in, for each
 * address. An address as a whole may have RATE_LIMIT_ADDRESS_FACTOR times as much: carriers of
 * mobile phones share one among many people.
 */
export const LIMITS = {
  /** What pages ask for. */
  reads: 'RATE_LIMIT_READS_PER_MIN',
  /** What changes something. */
  writes: 'RATE_LIMIT_WRITES_PER_MIN',
  /** Work of a model or an image engine. */
  ai: 'RATE_LIMIT_AI_PER_MIN',
  /** Pages, games and what they consist of, health. */
  files: 'RATE_LIMIT_FILES_PER_MIN',
  /** Projects made and deleted. */
  projects: 'RATE_LIMIT_PROJECTS_PER_MIN',
  /** Sockets that sign in. */
  sessions: 'RATE_LIMIT_SESSIONS_PER_MIN',
  /** Requests below /rest/v1. */
  rows: 'RATE_LIMIT_ROWS_PER_MIN',
  /** Requests below /auth/v1 that prove nothing new. */
  auth: 'RATE_LIMIT_AUTH_PER_MIN',
  /** What is tried to sign in or up, of one address. */
  attempts: 'RATE_LIMIT_ATTEMPTS_PER_MIN',
  /** Unverified tokens of one address; counted before the sign-in service is called. */
  tokens: 'RATE_LIMIT_TOKENS_PER_MIN',
} as const;

export type LimitClass = keyof typeof LIMITS;

/** Ways to sign in or up: each verifies a password, a code or a link. */
const ATTEMPTS: ReadonlySet<string> = new Set([
  ...['signup', 'verify', 'otp', 'magiclink', 'recover', 'resend'].map((name) => `POST /${name}`),
  ...['verify', 'callback', 'authorize'].map((name) => `GET /${name}`),
  'POST /authorize',
]);

/** What a request to Supabase counts as; null = it does not go there. */
export function supabaseLimitOf(
  method: string,
  path: string,
  grantType: unknown,
): LimitClass | null {
  const [, room, rest = ''] = /^\/(rest|auth)\/v1(\/.*)?$/i.exec(path) ?? [];
  if (room === undefined) return null;
  if (room.toLowerCase() === 'rest') return 'rows';
  const address = `${method} ${withoutEnd(rest).toLowerCase()}`;
  if (ATTEMPTS.has(address)) return 'attempts';
  return address === 'POST /token' && grantType !== 'refresh_token' ? 'attempts' : 'auth';
}

/** An address without the slashes at its end; an expression would look at each one many times. */
function withoutEnd(address: string): string {
  let end = address.length;
  while (address[end - 1] === '/') end -= 1;
  return address.slice(0, end);
}
