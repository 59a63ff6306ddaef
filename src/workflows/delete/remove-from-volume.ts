import { log } from '@temporalio/workflow';
import type { JobRef } from '../../activities/ports/refs.js';
import { shared, volumeFiles } from '../common/activity-proxies.js';

/**
 * Removes files from the Volume of a user who has one. False when they are left there: when Modal
 * is down, house-keeping finds them.
 */
export async function removeFromVolume(
  chooseFor: Partial<JobRef> & Pick<JobRef, 'userId'>,
  remove: (files: typeof volumeFiles) => Promise<void>,
): Promise<boolean> {
  const { hasVolumes } = await shared.chooseBackend(chooseFor);
  if (!hasVolumes) return true;
  try {
    await remove(volumeFiles);
    return true;
  } catch (error) {
    log.warn('what was deleted is left on a Volume', { ...chooseFor, error });
    return false;
  }
}
