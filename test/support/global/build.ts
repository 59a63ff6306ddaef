import { ensureBuild } from '../../../dev/build/ensure.js';

/** Processes of tests start from `dist/current`: it is made once, before the first test. */
export async function setup(): Promise<void> {
  await ensureBuild();
}
