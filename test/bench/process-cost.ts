import { readdir, readFile } from 'node:fs/promises';
import { statFields } from '../../src/process/proc-stat.js';

/** Kernel ticks per second on Linux, whatever the machine. */
const TICKS_PER_S = 100;

/** What a process and everything below it holds and has used up to now (Linux). */
export interface Cost {
  readonly memoryMb: number;
  readonly cpuMs: number;
}

interface Stat {
  readonly pid: number;
  readonly parent: number;
  readonly cpuMs: number;
}

async function statOf(pid: number): Promise<Stat | null> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  if (text === null) return null;
  const fields = statFields(text).map(Number);
  // With the time of children that have ended: a run's processes live shorter than the measurement.
  return {
    pid,
    parent: fields[1] ?? 0,
    cpuMs: [11, 12, 13, 14].reduce((sum, at) => sum + (fields[at] ?? 0), 0) * (1_000 / TICKS_PER_S),
  };
}

/**
 * Own share of memory (shared pages divided among their users); the resident size where the kernel
 * does not tell.
 */
async function memoryMbOf(pid: number): Promise<number> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  const kb =
    /^Pss:\s+(\d+)/m.exec(rollup)?.[1] ??
    /^VmRSS:\s+(\d+)/m.exec(await readFile(`/proc/${pid}/status`, 'utf8').catch(() => ''))?.[1];
  return Number(kb ?? 0) / 1024;
}

/** Adds up a process and its descendants. */
export async function costOf(pid: number): Promise<Cost> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const stats = (await Promise.all(pids.map(statOf))).filter((stat) => stat !== null);
  const family = new Set([pid]);
  for (let size = 0; size !== family.size;) {
    size = family.size;
    for (const stat of stats) if (family.has(stat.parent)) family.add(stat.pid);
  }
  const memory = await Promise.all([...family].map(memoryMbOf));
  return {
    memoryMb: memory.reduce((sum, mb) => sum + mb, 0),
    cpuMs: stats.filter((stat) => family.has(stat.pid)).reduce((sum, { cpuMs }) => sum + cpuMs, 0),
  };
}
