import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Where the services of a cloud answer with the keys of a machine. */
const METADATA_ADDRESS = '169.254.169.254';
/** Each is an entry of its own: test files at the same time do not take it from one another. */
const PREFIXES = [32, 31, 30, 29, 28, 27, 26, 25];

/**
 * Has this machine listen at the metadata address too, where we may; answers how that ends. Whoever
 * counts what arrives at all addresses counts there, too.
 */
export async function addMetadataAddress(): Promise<() => Promise<void>> {
  const ip = (verb: 'add' | 'del', prefix: number): Promise<unknown> =>
    promisify(execFile)('ip', ['addr', verb, `${METADATA_ADDRESS}/${prefix}`, 'dev', 'lo']);
  for (const prefix of PREFIXES) {
    const isAdded = await ip('add', prefix).then(
      () => true,
      () => false,
    );
    if (isAdded) return async () => void (await ip('del', prefix).catch(() => undefined));
  }
  return async () => undefined;
}
