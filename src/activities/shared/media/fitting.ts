import type { PlayReport } from '../../../contracts/game/play.js';
import { fittingSuggestions } from '../../../domain/chat/suggestions.js';
import { warned, type Log } from '../../../telemetry/log.js';
import type { Versions } from '../../../versions/kept/versions.js';
import type { CompleteJobInput } from '../../ports/job-port.js';
import { gameBrief } from '../projects/game-texts.js';

interface FittingDeps {
  readonly versions: Pick<Versions, 'readFile'>;
  readonly log: Log;
}

/**
 * The suggestions of a completed job: for a version those that fit its brief, its published page
 * and what its play has seen. A brief that cannot be read counts as unknown.
 */
export async function fittingTo(
  { versions, log }: FittingDeps,
  { projectId, revision, suggestions: own, language }: CompleteJobInput,
  seen: { readonly page: string; readonly play: PlayReport | null },
): Promise<string[]> {
  if (revision === null || language === undefined) return own;
  const brief = await gameBrief(versions, { projectId, revision }).catch(
    warned(log, { projectId, revision }, 'the brief of a game could not be read', null),
  );
  return fittingSuggestions({ own, brief, ...seen, language });
}
