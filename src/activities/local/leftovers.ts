import { readdir, readFile } from 'node:fs/promises';

/**
 * Kills every program that was started with something of `folder` (Linux): browsers keep their files in the temp
 * folder of their run, and outlive a runner that was killed. Answers how many.
 */
export async function killThoseIn(folder: string): Promise<number> {
  let killed = 0;
  for (const pid of (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name))) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (Number(pid) === process.pid || !command.includes(`${folder}/`)) continue;
    try {
      process.kill(Number(pid), 'SIGKILL');
      killed += 1;
    } catch {
      // It has just ended.
    }
  }
  return killed;
}
