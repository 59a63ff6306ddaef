import type { ModalRequest } from '../../contracts/execution/modal.js';
import type { Store } from '../../store/index.js';
import type { Mirror } from '../../store/mirror/mirror.js';

export interface MissingCommitsDeps {
  store: Pick<Store, 'volumeHeads'>;
  mirror: Mirror;
}

/**
 * The commits up to `want` that the user's Volume may lack; null when it should have all (E6). With
 * `everything` what was noted of the Volume is forgotten: it has turned out to be wrong.
 */
export async function missingCommits(
  { store, mirror }: MissingCommitsDeps,
  { userId, projectId }: { userId: string; projectId: string },
  want: string | null,
  everything: boolean,
): Promise<ModalRequest['bundle']> {
  if (everything) await store.volumeHeads.remove(projectId);
  if (want === null) return null;
  const have = everything ? null : await store.volumeHeads.get(projectId);
  if (have === want) return null;
  const bytes = await mirror.exportBundle(userId, projectId, { have, want });
  return bytes && { want, bytes };
}
