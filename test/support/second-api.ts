import { startApi, type ApiProcess } from '../contract/http/api-process.js';
import { findFreePort } from '../../dev/stack/ports.js';
import { environmentOf } from './workers.js';

/**
 * Another instance of the API with the environment of the process `pid`, which is one, but for
 * `changes`.
 */
export async function startSecondApi(
  pid: number,
  changes: Readonly<Record<string, string>> = {},
): Promise<ApiProcess> {
  const env = await environmentOf(pid);
  return startApi({ ...env, ...changes, PORT: String(await findFreePort()) });
}
