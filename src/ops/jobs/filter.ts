import type { Backend } from '../../contracts/backends.js';
import { InvalidArgumentError } from 'commander';
import { spanMs, statesOf, WORK_KINDS, type WORK_STATES } from '../../contracts/operators.js';
import type { WorkFilter } from '../../store/tables/operators.js';

/** What a message can turn out to be; only Temporal's list tells these apart. */
const MESSAGE_KINDS = ['generate', 'chat', 'question', 'restoreProposal'];
/** Every kind that `--kind` takes. */
export const KINDS: readonly string[] = [...new Set([...MESSAGE_KINDS, ...WORK_KINDS])];

export interface JobsOptions {
  readonly user?: string;
  readonly project?: string;
  readonly state?: (typeof WORK_STATES)[number];
  readonly kind?: string;
  readonly backend?: Backend;
  readonly since?: Date;
  readonly age?: Date;
  readonly limit: number;
  readonly json?: boolean;
  readonly envFile?: string;
}

/** The same for the database; the user is resolved by then. */
export function filterOf(options: JobsOptions, userId: string | undefined): WorkFilter {
  const { project, state, kind, backend, since, age } = options;
  return {
    ...(userId === undefined ? {} : { userId }),
    ...(project === undefined ? {} : { projectId: project }),
    ...(state === undefined ? {} : { states: statesOf(state) }),
    ...(kind === undefined ? {} : { kinds: [MESSAGE_KINDS.includes(kind) ? 'generate' : kind] }),
    ...(backend === undefined ? {} : { backend }),
    ...(since === undefined ? {} : { after: since }),
    ...(age === undefined ? {} : { before: age }),
  };
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
