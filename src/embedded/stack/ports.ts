import { randomInt } from 'node:crypto';
import net from 'node:net';
import { run } from '../tools/run.js';

/** Below the ranges from which systems take the ports of outgoing connections, so that none gets lost meanwhile. */
const FREE_RANGE = [20_000, 32_000] as const;

/** Whether nobody listens there now. */
export function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = net.createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/** A port on the loopback that nobody uses and that is not among `taken`. */
export async function findFreePort(taken: ReadonlySet<number> = new Set()): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const port = randomInt(...FREE_RANGE);
    if (!taken.has(port) && (await isPortFree(port))) return port;
  }
  throw new Error('No free port was found on 127.0.0.1.');
}

/** The wanted port if it is free, else another one; `taken` grows by the answer. */
export async function settlePort(wanted: number, taken: Set<number>): Promise<number> {
  const isUsable = wanted > 0 && wanted <= 65_535 && !taken.has(wanted) && (await isPortFree(wanted));
  const port = isUsable ? wanted : await findFreePort(taken);
  taken.add(port);
  return port;
}

/** Who listens on a port, as far as the system's tools tell: "node (pid 123)", or null. */
export async function holderOf(port: number): Promise<string | null> {
  const bySs = await run('ss', ['-ltnpH', `sport = :${port}`], { timeoutMs: 5_000 });
  const seen = /users:\(\("([^"]+)",pid=(\d+)/.exec(bySs.stdout);
  if (seen) return `${seen[1]} (pid ${seen[2]})`;
  const byLsof = await run('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc'], { timeoutMs: 5_000 });
  const [pid, command] = [/^p(\d+)$/m.exec(byLsof.stdout)?.[1], /^c(.+)$/m.exec(byLsof.stdout)?.[1]];
  return pid && command ? `${command} (pid ${pid})` : null;
}
