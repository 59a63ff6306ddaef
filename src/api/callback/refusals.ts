import type { Request, Response } from 'express';

export interface BadSignatures {
  /** Counts a wrong signature of an address; the seconds until the next one is looked at. */
  countBad: (address: string) => Promise<number | null>;
}

/** Counts a wrong signature and answers 401, or 429 when there were too many. */
export async function refuseSignature(
  { countBad }: BadSignatures,
  request: Request,
  response: Response,
): Promise<void> {
  const retryAfterS = await countBad(request.ip ?? '');
  if (retryAfterS === null) response.status(401).json({ error: 'Wrong signature' });
  else refuseForNow(response, 429, 'Too many wrong signatures', retryAfterS);
}

/** Answers that the same post may be taken later. */
export function refuseForNow(
  response: Response,
  status: 429 | 503,
  error: string,
  retryAfterS = 1,
): void {
  response.status(status).set('Retry-After', String(retryAfterS)).json({ error });
}
