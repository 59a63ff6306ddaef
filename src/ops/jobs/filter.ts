import type { Backend } from '../../contracts/execution/backends.js';
import { InvalidArgumentError } from 'commander';
import { spanMs, WORK_KINDS, type WORK_STATES } from '../../contracts/rows/operators.js';
import type { Output } from '../options.js';
import { workFilter, type WorkFilter } from '../../store/tables/operators.js';

/** What a message can turn out to be; only Temporal's list distinguishes these. */
const MESSAGE_KINDS = ['generate', 'chat', 'question', 'restoreProposal'];
/** Every kind that `--kind` takes. */
export const KINDS: readonly string[] = [...new Set([...MESSAGE_KINDS, ...WORK_KINDS])];

export interface JobsOptions extends Output {
  readonly user?: string;
  readonly project?: string;
  readonly state?: (typeof WORK_STATES)[number];
  readonly kind?: string;
  readonly backend?: Backend;
  readonly since?: Date;
  readonly age?: Date;
  readonly limit: number;
}

/** The filter for the database; `userId` is that of `user`. */
export function filterOf(options: JobsOptions, userId: string | undefined): WorkFilter {
  const { project: projectId, kind: wanted } = options;
  const kind = wanted !== undefined && MESSAGE_KINDS.includes(wanted) ? 'generate' : wanted;
  return { ...workFilter({ ...options, kind }, userId), projectId };
}

/** `90s`, `30m`, `12h`, `7d` → that long ago; else a date or time as JavaScript reads it. */
export function readMoment(text: string): Date {
  const ms = spanMs(text);
  if (ms !== null) return new Date(Date.now() - ms);
  const date = new Date(text);
  if (Number.isNaN(date.getTime()))
    throw new InvalidArgumentError('It is neither a span such as 30m, 12h or 7d nor a date.');
  return date;
}
