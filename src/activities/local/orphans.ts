import { readdir, readFile } from 'node:fs/promises';
import { sendSignal } from '../../process/children.js';

/**
 * Kills every program that was started with something of `folder` (Linux): browsers keep their
 * files in the temp folder of their run, and outlive a runner that was killed. Answers how many.
 */
export async function killOrphansIn(folder: string): Promise<number> {
  const pids = (await readdir('/proc').catch(() => []))
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid);
  // At once: it is a matter of a few milliseconds for each, and those that are left may start
  // others.
  const killed = await Promise.all(
    pids.map(
      async (pid) =>
        (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).includes(`${folder}/`) &&
        sendSignal(pid, 'SIGKILL'),
    ),
  );
  return killed.filter(Boolean).length;
}
