import type { ObjectStore } from '../objects/object-store.js';
import { createVersions, type VersionRef, type Versions } from '../versions/kept/versions.js';
import type { Alerts } from './alerts.js';
import type { Store } from './index.js';

interface LossDeps {
  readonly store: Pick<Store, 'projects' | 'revisions'>;
  readonly alerts: Pick<Alerts, 'raise'>;
}

/** The versions of all projects; that an object of one is gone raises an alert (E7). */
export function openVersions(objects: ObjectStore, deps: LossDeps): Versions {
  return createVersions(objects, deps.store.revisions, (version) => void tellOfLoss(deps, version));
}

/** A project that is being deleted has lost nothing. */
async function tellOfLoss(
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
