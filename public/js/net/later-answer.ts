/**
 * The answer of a call with work behind it, where the server could not wait for its end: it names
 * the action (H1), whose end is asked for until it is there.
 */

/** A page that waits longer than the server keeps work alive waits for nothing. */
const ASKED_FOR_MS = 20 * 60_000;
const PAUSE_MS = 1_000;
const MAX_PAUSE_MS = 10_000;
/** The row of an action is written when its work begins. */
const ROW_COMES_WITHIN_MS = 30_000;

const ACTION = /^\/api\/actions\/[0-9a-f-]{36}$/i;

/** What the server may be asked for: it keeps a connection busy this long at most. */
export const PREFER = 'respond-async, wait=20';

interface Asking {
  /** Rejects when there is no network. */
  get: (path: string) => Promise<Response>;
  /** Resolves while the browser knows of a network, or when it does. */
  untilOnline?: () => Promise<unknown>;
  askedForMs?: number;
  pauseMs?: number;
}

/**
 * Resolves with the answer that the call would have had; with `first` when that is the answer, or
 * when none was found in time. Begins nothing anew.
 */
export async function finalAnswer(
  first: Response,
  { get, untilOnline, askedForMs = ASKED_FOR_MS, pauseMs = PAUSE_MS }: Asking,
): Promise<Response> {
  const action = first.headers.get('Location') ?? '';
  if (![202, 503].includes(first.status) || !ACTION.test(action)) return first;
  const beganMs = performance.now();
  const sinceMs = () => performance.now() - beganMs;
  let latest: Response | null = first;
  for (let pause = pauseMs; sinceMs() < askedForMs; pause = Math.min(pause * 1.5, MAX_PAUSE_MS)) {
    await sleep(Math.max(pause, 1_000 * retryAfterS(latest)));
    await Promise.race([untilOnline?.(), sleep(askedForMs - sinceMs())]);
    latest = await get(`${action}/answer`).catch(() => null);
    const found: unknown = latest?.status === 200 ? await latest.json().catch(() => null) : null;
    if (found !== null) return answerIn(found as CallAnswer);
    if (isFinal(latest?.status ?? 0, sinceMs())) break;
  }
  return first.status === 202 ? new Response('{}', { status: 504 }) : first;
}

/** Not ours, or nothing that was begun. */
const isFinal = (status: number, sinceMs: number): boolean =>
  [400, 401, 403].includes(status) || (status === 404 && sinceMs > ROW_COMES_WITHIN_MS);

/** `Retry-After` of an answer; 0 without. */
export const retryAfterS = (answer: Response | null): number =>
  Number(answer?.headers.get('Retry-After')) || 0;

interface CallAnswer {
  readonly status: number;
  readonly body: object;
}

function answerIn({ status, body }: CallAnswer): Response {
  const headers = { 'Content-Type': 'application/json' };
  return new Response(JSON.stringify(body), { status, headers });
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
