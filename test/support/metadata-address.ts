import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Where the services of a cloud answer with the keys of a machine. */
const METADATA_ADDRESS = '169.254.169.254';

/**
 * Has this machine listen at the metadata address too, where we may; answers how that ends. Whoever
 * counts what arrives at all addresses counts there, too.
 */
export async function addMetadataAddress(): Promise<() => Promise<void>> {
  const ip = (verb: 'add' | 'del'): Promise<unknown> =>
    promisify(execFile)('ip', ['addr', verb, `${METADATA_ADDRESS}/32`, 'dev', 'lo']);
  return ip('add').then(
    () => async () => void (await ip('del').catch(() => undefined)),
    () => async () => undefined,
  );
}
