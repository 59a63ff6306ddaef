import { message, type Message } from '../../../contracts/messages/message.js';
import { largestText, SHOWN } from '../../../domain/limits/storage-limit.js';
import { warned, type Log } from '../../../telemetry/log.js';
import type { Store } from '../../../store/index.js';

export interface StorageDeps {
  store: Pick<Store, 'keptBytes'>;
  log: Log;
}

/** The refusal beyond VOLUME_MAX_GIB, with the user's largest games and files. */
export async function storageRefusal(
  { store, log }: StorageDeps,
  userId: string,
): Promise<Message> {
  const largest = await store.keptBytes
    .largest(userId, SHOWN)
    .catch(warned(log, { userId }, 'the largest files could not be listed', []));
  return message('STORAGE_LIMIT_EXCEEDED', { largest: largestText(largest) });
}
