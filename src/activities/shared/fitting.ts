import { fittingSuggestions } from '../../domain/suggestions.js';
import type { Log } from '../../telemetry/log.js';
import type { Store } from '../../store/index.js';
import type { Mirror } from '../../store/mirror/mirror.js';
import type { CompleteJobInput } from '../ports/job-port.js';
import { gameBrief } from './game-texts.js';

interface FittingDeps {
  readonly store: Pick<Store, 'revisions'>;
  readonly mirror: Pick<Mirror, 'readFile'>;
  readonly log: Log;
}

/**
 * The suggestions that a job ends with: for a version those that fit its brief and what its play
 * has seen. What cannot be read counts as not known, and keeps no job open.
 *
 * @param page the published page
 */
export async function fittingTo(
  { store, mirror, log }: FittingDeps,
  { userId, projectId, revision, suggestions: own, language }: CompleteJobInput,
  page: string,
): Promise<string[]> {
  if (revision === null || language === undefined) return own;
  const known = async <T>(read: Promise<T | null>): Promise<T | null> => {
    try {
      return await read;
    } catch (error) {
      log.warn({ err: error, projectId, revision }, 'what fits a game could not be read');
      return null;
    }
  };
  const [brief, row] = await Promise.all([
    known(gameBrief(mirror, { userId, projectId, revision })),
    known(store.revisions.resolve(projectId, revision)),
  ]);
  return fittingSuggestions({ own, brief, play: row?.play ?? null, page, language });
}
