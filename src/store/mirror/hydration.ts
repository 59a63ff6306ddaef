import { AppError } from '../../contracts/errors.js';
import type { Mirror } from './mirror.js';

/**
 * Brings the versions of a project that the mirror lacks from wherever they are; throws when it
 * cannot.
 */
export type Hydrate = (userId: string, projectId: string) => Promise<void>;

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
 * The mirror that fetches a missing revision and tries again, once; what cannot be had stays
 * `RevisionMissing`, never an older one (E7).
 */
export function withHydration(mirror: Mirror, hydrate: Hydrate): Mirror {
  const hydrated =
    (operation: Operation): Operation =>
    async (userId, projectId, ...rest) => {
      try {
        return await operation(userId, projectId, ...rest);
      } catch (error) {
        if (!(error instanceof AppError && error.kind === 'RevisionMissing')) throw error;
        await hydrate(userId, projectId);
        return operation(userId, projectId, ...rest);
      }
    };
  const operations = READING.map((name) => [
    name,
    hydrated((mirror as unknown as Record<string, Operation>)[name] as Operation),
  ]);
  return {
    ...mirror,
    ...(Object.fromEntries(operations) as Pick<Mirror, (typeof READING)[number]>),
  };
}
