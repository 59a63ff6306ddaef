import { missingServices } from '../../src/ops/production.js';

/** The parts of a stack in the order in which they are brought up; they are stopped in reverse. */
export const PARTS = [
  'postgres',
  'supabase',
  'temporal',
  'demo',
  'modal',
  'worker',
  'api',
] as const;
export type Part = (typeof PARTS)[number];

/** What `--only` and `--without` may name: PostgreSQL belongs to the part `supabase`. */
export const SELECTABLE_PARTS = ['api', 'worker', 'temporal', 'supabase', 'demo', 'modal'] as const;
export type SelectablePart = (typeof SELECTABLE_PARTS)[number];

export interface Selection {
  readonly only: SelectablePart | undefined;
  readonly without: readonly SelectablePart[];
  /** Runs model work through the local stand-in for Modal. */
  readonly modalEmulator?: boolean;
}

/** The parts that must answer before this one is started. */
export const NEEDS: Readonly<Record<Part, readonly Part[]>> = {
  postgres: [],
  supabase: ['postgres'],
  temporal: [],
  demo: [],
  modal: [],
  worker: ['supabase', 'temporal', 'demo', 'modal'],
  api: ['supabase', 'temporal'],
};

/** Whole-stack decisions: which parts are ours to run, and whose work they do. */
export interface Plan {
  readonly parts: readonly Part[];
  /** Embedded parts that an external service replaces when its variables are set. */
  readonly embedded: {
    readonly supabase: boolean;
    readonly temporal: boolean;
    readonly demo: boolean;
    readonly modal: boolean;
  };
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The variable that replaces each embedded part by a real service. */
const REPLACED_BY = {
  supabase: 'SUPABASE_URL',
  temporal: 'TEMPORAL_ADDRESS',
  demo: 'ANTHROPIC_API_KEY',
  modal: 'MODAL_TOKEN_ID',
} as const;
type EmbeddedPart = keyof typeof REPLACED_BY;

/**
 * Decides which parts run. Throws a sentence for the person at the terminal when the selection
 * makes no sense.
 */
export function planStack(env: Environment, selection: Selection): Plan {
  const { only, without, modalEmulator } = selection;
  const wantsEmulator = modalEmulator === true || only === 'modal';
  const embedded = {
    supabase: !env.SUPABASE_URL,
    temporal: !env.TEMPORAL_ADDRESS,
    demo: !env.ANTHROPIC_API_KEY,
    modal: wantsEmulator && !env.MODAL_TOKEN_ID,
  };
  if (only && isEmbeddable(only) && !embedded[only]) {
    throw new Error(`${REPLACED_BY[only]} is set, so there is no embedded part "${only}" to run.`);
  }
  const isWanted = (part: Part): boolean => {
    const owner = part === 'postgres' ? 'supabase' : part;
    if (isEmbeddable(owner) && !embedded[owner]) return false;
    return only ? owner === only : !without.includes(owner);
  };
  return { parts: PARTS.filter(isWanted), embedded };
}

/**
 * What a production start still needs, one line each; empty when nothing is missing or this is no
 * production. Embedded parts are made for one developer on one machine, so there each of them must
 * be replaced.
 */
export function missingForProduction(env: Environment, selection: Selection): string[] {
  if (env.NODE_ENV !== 'production') return [];
  const { only } = selection;
  const missing = missingServices(env, {
    needsModel: only !== 'api',
    signsPaths: only !== 'worker',
  });
  if (selection.only && isEmbeddable(selection.only))
    missing.unshift(`another part: "${selection.only}" is embedded, for development only`);
  if (selection.modalEmulator)
    missing.unshift(
      'a start without --modal-emulator: it isolates nothing, real credentials of Modal ' +
        'take its place',
    );
  return missing;
}

const isEmbeddable = (part: Part): part is EmbeddedPart => part in REPLACED_BY;
