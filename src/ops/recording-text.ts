import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

/** More than a recorder writes of any run. */
const MAX_BYTES = 96 * 1024 * 1024;

/** The lines of a recording (E8). Throws for what is not gzip, or unpacks to too much. */
export async function recordingText(bytes: Buffer): Promise<string> {
  const unpacked = await promisify(gunzip)(bytes, { maxOutputLength: MAX_BYTES });
  return unpacked.toString('utf8');
}
