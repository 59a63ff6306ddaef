/** Why a sign-in over a provider ends, with the error of OAuth that stands for it. */
const REFUSALS = {
  unexpected_failure: 'server_error',
  bad_oauth_state: 'invalid_request',
  provider_refused: 'access_denied',
  provider_email_needs_verification: 'access_denied',
  identity_already_exists: 'server_error',
} as const;
export type RefusalCode = keyof typeof REFUSALS;

/**
 * The address of the page, which reads from it why the sign-in ended, as GoTrue writes it: in the
 * query and in the fragment.
 */
export function withRefusal(address: string, code: RefusalCode, description: string): string {
  const target = new URL(address);
  const error = REFUSALS[code];
  const facts = new URLSearchParams({ error, error_code: code, error_description: description });
  for (const [name, value] of facts) target.searchParams.set(name, value);
  target.hash = facts.toString();
  return target.href;
}
