import { areGuestsAllowed } from '../checks/guests.js';
import type { Config } from '../config.js';

const ANSWER_MS = 60_000;
const FAILURE_MS = 1_000;

/** True = guests may sign in; null = it is not known now. Never throws. */
export type GuestDoor = () => Promise<boolean | null>;

/** Asks Supabase Auth, whose setting it is; an answer holds for a minute. */
export function createGuestDoor(
  config: Pick<Config, 'SUPABASE_URL' | 'SUPABASE_ANON_KEY'>,
): GuestDoor {
  let latest: { answer: Promise<boolean | null>; untilMs: number } | null = null;
  return async () => {
    if (latest !== null && latest.untilMs > performance.now()) return latest.answer;
    const asked = { answer: areGuestsAllowed(config), untilMs: performance.now() + ANSWER_MS };
    latest = asked;
    const answer = await asked.answer;
    if (answer === null) asked.untilMs = performance.now() + FAILURE_MS;
    return answer;
  };
}
