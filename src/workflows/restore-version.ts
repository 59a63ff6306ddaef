import type { RestoreOutcome, RestoreVersionInput } from '../contracts/durable/workflows.js';
import { shared } from './common/activity-proxies.js';
import { writeVersion } from './common/version-writer.js';

/** Makes an old version the current one by committing its tree anew (E5). */
export async function restoreVersion(input: RestoreVersionInput): Promise<RestoreOutcome> {
  const { actionId, userId, projectId, versionId } = input;
  return writeVersion<RestoreOutcome>(input, {
    kind: 'restore',
    details: `バージョン ${versionId.slice(0, 7)} に戻しています (restoring)`,
    async write() {
      const opened = await shared.openRestore({ actionId, userId, projectId });
      return opened === 'denied'
        ? 'denied'
        : shared.restoreRevision({ actionId, userId, projectId, versionId });
    },
    failureOf: (outcome) => (outcome.ok ? null : outcome.error),
    answer: (outcome) => ({ kind: 'restore', jobId: actionId, isExisting: false, outcome }),
  });
}
