import { setTimeout as sleep } from 'node:timers/promises';
import { patient } from '../support/patience.js';

/** An image or video that was asked for over HTTP, under an id of the caller's own. */
export interface Call {
  readonly actionId: string;
  readonly userId: string;
  readonly projectId: string | null;
  readonly kind: 'image' | 'video';
  /** The status that was answered at last; null = none within the bound. */
  status: number | null;
  /** What the same call is answered once more; null when it was not asked. */
  again: number | null;
}
/** The status that was answered at last, null when none came; and each refusal, with its count. */
export interface Asked {
  readonly status: number | null;
  readonly refusals: string;
}

const ANSWER_MS = 90_000;
/**
 * An image or video is stuck that is not answered so long after the last trouble: each one that
 * cuts a video makes it begin anew. Nothing takes longer than the second.
 */
const ANSWERED_MS = 420_000;
const LONGEST_MS = 1_800_000;
const PAUSE_MS = 1_000;
/** Come again: nobody is there who could answer, or too much is asked at once. */
const COME_AGAIN = [429, 502, 503, 504];

interface Request {
  readonly url: string;
  readonly token: string;
  readonly body: object;
  /** When something was killed or stopped last, as `Date.now()` tells it; 0 = never. */
  readonly lastTroubleMs: () => number;
}

/** Asks under the same id until the answer is one: what a page does whose answer was lost. */
export async function askUntilAnswered(request: Request): Promise<Asked> {
  const refusals = new Map<string, number>();
  const told = () => [...refusals].map(([text, count]) => `${count} × ${text}`).join('; ');
  const beganMs = Date.now();
  const isPatient = (): boolean =>
    Date.now() < Math.max(beganMs, request.lastTroubleMs()) + patient(ANSWERED_MS) &&
    Date.now() < beganMs + LONGEST_MS;
  for (; isPatient(); await sleep(PAUSE_MS)) {
    const { status, text } = await ask(request);
    if (status !== null && !COME_AGAIN.includes(status)) return { status, refusals: told() };
    const refusal = status === null ? text : `${status} ${text.slice(0, 120)}`;
    refusals.set(refusal, (refusals.get(refusal) ?? 0) + 1);
  }
  return { status: null, refusals: told() };
}

async function ask({
  url,
  token,
  body,
}: Omit<Request, 'lastTroubleMs'>): Promise<{ status: number | null; text: string }> {
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    return { status: answer.status, text: await answer.text() };
  } catch (error) {
    return { status: null, text: String(error) };
  }
}
