import { randomInt } from 'node:crypto';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { run } from '../../src/ops/run-program.js';
import { isFree } from '../../src/telemetry/metrics.js';

/**
 * Below the ranges from which systems take the ports of outgoing connections, so that none gets
 * lost meanwhile.
 */
const FREE_RANGE = [20_000, 32_000] as const;

/** Whether the port is free now. */
export const isPortFree = (port: number, host = '127.0.0.1'): Promise<boolean> =>
  isFree(host, port);

/** A free port on the loopback that is not among `taken`. */
export async function findFreePort(taken: ReadonlySet<number> = new Set()): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const port = randomInt(...FREE_RANGE);
    if (!taken.has(port) && (await isPortFree(port))) return port;
  }
  throw new Error('No free port was found on 127.0.0.1.');
}

/** The wanted port if it is free, else another one; `taken` grows by the answer. */
export async function settlePort(wanted: number, taken: Set<number>): Promise<number> {
  const isUsable =
    wanted > 0 && wanted <= 65_535 && !taken.has(wanted) && (await isPortFree(wanted));
  const port = isUsable ? wanted : await findFreePort(taken);
  taken.add(port);
  return port;
}

/** The process that listens on a port, if the system shows it: "node (pid 123)", or null. */
export async function holderOf(port: number): Promise<string | null> {
  const fromProc = await holderFromProc(port);
  if (fromProc) return fromProc;
  const listed = await run('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc'], {
    timeoutMs: 5_000,
  });
  const [pid, command] = [
    /^p(\d+)$/m.exec(listed.stdout)?.[1],
    /^c(.+)$/m.exec(listed.stdout)?.[1],
  ];
  return pid && command ? `${command} (pid ${pid})` : null;
}

/**
 * Linux: the socket that listens, then the process that has it open (seen only among our own, or as
 * root).
 */
async function holderFromProc(port: number): Promise<string | null> {
  const tables = await Promise.all(
    ['tcp', 'tcp6'].map((name) => readFile(`/proc/net/${name}`, 'utf8').catch(() => '')),
  );
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
  const listening = tables
    .join('\n')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .find((fields) => fields[1]?.endsWith(`:${hexPort}`) && fields[3] === '0A');
  const inode = listening?.[9];
  if (!inode) return null;
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const open = await readdir(`/proc/${pid}/fd`).catch(() => []);
    const targets = await Promise.all(
      open.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')),
    );
    if (!targets.includes(`socket:[${inode}]`)) continue;
    const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
    return `${name.trim() || 'a program'} (pid ${pid})`;
  }
  return null;
}
