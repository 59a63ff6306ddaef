import { InvalidArgumentError } from 'commander';
import { ACTION_KINDS } from '../../contracts/actions.js';
import { ACTIVE_STATES, ActionState } from '../../contracts/rows.js';
import type { WorkFilter } from '../../store/tables/operators.js';

/** What a message can turn out to be; only Temporal's list tells these apart. */
const MESSAGE_KINDS = ['generate', 'chat', 'question', 'restoreProposal'];
const OTHER_KINDS = ['restore', 'tune', 'delete', ...ACTION_KINDS];
/** Every kind that `--kind` takes. */
export const KINDS: readonly string[] = [...MESSAGE_KINDS, ...OTHER_KINDS];
/** Every state that `--state` takes; `open` is the two that are owed an end. */
export const STATES: readonly string[] = ['open', ...ActionState.options];

export interface JobsOptions {
  readonly user?: string;
  readonly project?: string;
  readonly state?: string;
  readonly kind?: string;
  readonly backend?: 'local' | 'modal';
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

function statesOf(state: string): readonly ActionState[] {
  return state === 'open' ? ACTIVE_STATES : [ActionState.parse(state)];
}

const UNITS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;

/** `90s`, `30m`, `12h`, `7d` → that long ago; else a date or time as JavaScript reads it. */
export function readMoment(text: string): Date {
  const span = /^(\d+(?:\.\d+)?)\s*([smhd])$/.exec(text.trim());
  if (span) {
    const seconds = Number(span[1]) * UNITS[span[2] as keyof typeof UNITS];
    return new Date(Date.now() - seconds * 1_000);
  }
  const date = new Date(text);
  if (Number.isNaN(date.getTime()))
    throw new InvalidArgumentError('It is neither a span such as 30m, 12h or 7d nor a date.');
  return date;
}
