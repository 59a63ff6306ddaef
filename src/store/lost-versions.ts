import type { VersionRef } from '../versions/kept/versions.js';
import type { Alerts } from './alerts.js';
import type { Store } from './index.js';

interface LossDeps {
  readonly store: Pick<Store, 'projects'>;
  readonly alerts: Pick<Alerts, 'raise'>;
}

/** For `createVersions`: that the object of a published version is gone raises an alert (E7). */
export function alertOfLoss(deps: LossDeps): (version: VersionRef) => void {
  return (version) => void raise(deps, version);
}

/** A project that is being deleted has lost nothing. */
async function raise(
  { store, alerts }: LossDeps,
  { projectId, revision }: VersionRef,
): Promise<void> {
  const isDeleted = await store.projects.get(projectId).then(
    (project) => project === null,
    () => false,
  );
  if (isDeleted) return;
  await alerts.raise({
    kind: 'versionLost',
    key: projectId,
    message: 'the object of a published version is gone: bring it back from a copy of the store',
    details: { projectId, revision },
  });
}
