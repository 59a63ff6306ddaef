import { AppError } from '../../contracts/base/errors.js';
import type { Mirror } from './mirror.js';

/**
 * Brings the versions of a project that the mirror lacks from wherever they are. True = every store
 * was asked: what is not here now is lost. Throws when it cannot ask.
 */
export type Hydrate = (userId: string, projectId: string) => Promise<boolean>;

/** Without a Volume the mirror is the only store. */
export const onlyStore: Hydrate = async () => true;

/** These read what a row names; the others are also asked for what no row names yet. */
const OF_ROWS = new Set<string>([
  'readFile',
  'listFiles',
  'treeOf',
  'readAiContext',
  'readVersionEdits',
  'readDifference',
  'commitRestore',
  'commitChange',
]);

const READING = [
  'readFile',
  'listFiles',
  'treeOf',
  'readAiContext',
  'readVersionEdits',
  'readDifference',
  'assertHere',
  'assertRevision',
  'commitRestore',
  'commitChange',
  'importBundle',
  'exportBundle',
] as const satisfies readonly (keyof Mirror)[];

type Operation = (userId: string, projectId: string, ...rest: unknown[]) => Promise<unknown>;

/**
 * The mirror that fetches a missing revision and tries again, once; what cannot be had now stays
 * `RevisionMissing`, never an older one (E7). What no store holds is `RevisionLost` (U2).
 */
export function withHydration(mirror: Mirror, hydrate: Hydrate): Mirror {
  const hydrated =
    (name: string, operation: Operation): Operation =>
    async (userId, projectId, ...rest) => {
      try {
        return await operation(userId, projectId, ...rest);
      } catch (error) {
        if (!isMissing(error)) throw error;
        const isAll = await hydrate(userId, projectId);
        return operation(userId, projectId, ...rest).catch((again: unknown) => {
          if (!isAll || !OF_ROWS.has(name) || !isMissing(again)) throw again;
          throw new AppError('RevisionLost', again.message);
        });
      }
    };
  const operations = READING.map((name) => [
    name,
    hydrated(name, (mirror as unknown as Record<string, Operation>)[name] as Operation),
  ]);
  return {
    ...mirror,
    ...(Object.fromEntries(operations) as Pick<Mirror, (typeof READING)[number]>),
  };
}

function isMissing(error: unknown): error is AppError {
  return error instanceof AppError && error.kind === 'RevisionMissing';
}
