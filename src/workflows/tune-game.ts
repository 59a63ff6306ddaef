import type { TunedVersion, TuneGameInput, TuneOutcome } from '../contracts/game/settings.js';
import { shared } from './common/activity-proxies.js';
import { writeVersion } from './common/version-writer.js';
import { startSearch } from './search-game.js';

/** Saves the settings of a game as a version, without a run; a repeat is answered as the first. */
export async function tuneGame(input: TuneGameInput): Promise<TuneOutcome> {
  const { actionId, userId, projectId, values } = input;
  return writeVersion<TuneOutcome>(input, {
    kind: 'tune',
    details: '調整を保存しています (saving settings)',
    async write() {
      const opened = await shared.openAction({ actionId, userId, projectId, kind: 'tune' });
      if (opened === 'denied') return 'denied';
      if (opened === 'opened') return shared.tuneRevision({ actionId, userId, projectId, values });
      if (opened.ended === 'completed') return { ok: true, result: opened.result as TunedVersion };
      return opened.ended === 'failed'
        ? { ok: false, kind: opened.kind, detail: opened.detail }
        : { ok: false, kind: 'RunCancelled', detail: '' };
    },
    failureOf: (outcome) => (outcome.ok ? null : outcome.kind),
    async houseWork(outcome) {
      if (!outcome.ok || !outcome.isSearched) return;
      await startSearch({ userId, projectId, revision: outcome.result.revision });
    },
    answer: (outcome) => ({ kind: 'tune', jobId: actionId, isExisting: false, outcome }),
  });
}
