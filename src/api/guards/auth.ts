import type { Config } from '../../config.js';
import { OPERATOR_ROLE } from '../../contracts/rows/operators.js';

/**
 * The user of a verified access token. `token` is the token itself, for clients that act
 * as this user.
 */
export interface Identity {
  readonly id: string;
  readonly email: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** By `app_metadata`, which no user can write. */
  readonly isOperator: boolean;
  /** An anonymous user: he has proved nothing, and may play and make one game. */
  readonly isGuest: boolean;
  /** The session of Supabase Auth; absent in tokens that belong to none. */
  readonly sessionId?: string | undefined;
  readonly token: string;
}

/**
 * `reason` is one of the texts of websocket.md §2, or the verifier's own. `retryAfterS`: too many
 * bad tokens came from the address, so that this one was not verified.
 */
export type Verification =
  | { readonly ok: true; readonly identity: Identity }
  | { readonly ok: false; readonly reason: string; readonly retryAfterS?: number };

export interface Auth {
  /**
   * Verifies an access token. Never throws: whatever goes wrong has a reason. With the address that
   * it came from, a token that is bad, or that has to be asked about, is counted first.
   */
  verifyToken(token: unknown, address?: string): Promise<Verification>;
}

export type AuthConfig = Pick<
  Config,
  'SUPABASE_URL' | 'SUPABASE_ANON_KEY' | 'SUPABASE_JWT_ISSUER' | 'SUPABASE_JWT_SECRET'
>;

/** Whether `app_metadata` names an operator. */
export function isOperator(given: unknown): boolean {
  return (
    typeof given === 'object' && given !== null && 'role' in given && given.role === OPERATOR_ROLE
  );
}
