/** `missing`: required and not there; `absent`: not there, and only some things need it. */
export type Verdict = 'ok' | 'absent' | 'missing';

/** What one look at the machine or its servers found. */
export interface Finding {
  /** What was looked for. */
  readonly what: string;
  readonly verdict: Verdict;
  /** What was found, or why it does not count. */
  readonly detail: string;
  /** How to get it; shown only when it is missing. */
  readonly remedy?: string;
}

/** It is there. */
export const ok = (what: string, detail: string): Finding => ({ what, verdict: 'ok', detail });

/** It is required and not there. */
export const missing = (what: string, detail: string, remedy: string): Finding => ({
  what,
  verdict: 'missing',
  detail,
  remedy,
});

/** It is not there, and only some things need it. */
export const absent = (what: string, detail: string, remedy: string): Finding => ({
  what,
  verdict: 'absent',
  detail,
  remedy,
});

/** One line for a log or for standard error, with what to do. */
export function describeFinding({ what, verdict, detail, remedy }: Finding): string {
  return verdict === 'ok' || remedy === undefined
    ? `${what}: ${detail}`
    : `${what}: ${detail} → ${remedy}`;
}
