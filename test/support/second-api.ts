import { readFile } from 'node:fs/promises';
import { startApi, type ApiProcess } from '../contract/http/api-process.js';
import { findFreePort } from '../../dev/stack/ports.js';

/**
 * Another instance of the API with the environment of the process `pid`, which is one, but for
 * `changes`.
 */
export async function startSecondApi(
  pid: number,
  changes: Readonly<Record<string, string>> = {},
): Promise<ApiProcess> {
  const entries = (await readFile(`/proc/${pid}/environ`, 'utf8')).split('\0').filter(Boolean);
  const env = Object.fromEntries(
    entries.map((entry) => [
      entry.slice(0, entry.indexOf('=')),
      entry.slice(entry.indexOf('=') + 1),
    ]),
  );
  return startApi({ ...env, ...changes, PORT: String(await findFreePort()) });
}
