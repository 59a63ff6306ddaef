import { readdirSync, readFileSync, statfsSync } from 'node:fs';
import path from 'node:path';
import type { StopCode } from '../contracts/game/play.js';
import { PARENT, statFields } from '../process/proc-stat.js';
import { BOX_DISK_BYTES } from './box-limits.js';

/** Most memory of all processes of a box together (J2): more than phones give to a page. */
export const BOX_MEMORY_BYTES = 1_024 * 1024 * 1024;
/** A page fills 200 MB in this time. */
const LOOK_MS = 100;
/** A folder in memory is full when less of it is free. */
const FREE_BYTES = BOX_DISK_BYTES / 16;
const BOX_DISKS = ['tmp', 'home/gen', 'dev/shm'];

/** The game has ended its own play: it goes on without an end, or takes what a phone has not. */
export class GameStopped extends Error {
  constructor(
    readonly code: StopCode,
    message: string,
  ) {
    super(message);
  }
}

export interface BoxWatch {
  readonly peakBytes: () => number;
  readonly stop: () => void;
}

/**
 * Measures the memory of a process with all below it, and how full the folders in memory of its box
 * are, until `onOutgrown` was called or it is stopped. Measures nothing where there is no /proc.
 */
export function watchBox(
  pid: number | null,
  onOutgrown: (outgrown: GameStopped) => void,
): BoxWatch {
  let peakBytes = 0;
  const family = new Family(pid ?? -1);
  const look = (): void => {
    const pids = family.members();
    const usedBytes = pids.reduce((sum, member) => sum + residentBytes(member), 0);
    peakBytes = Math.max(peakBytes, usedBytes);
    const outgrown = outgrownBy(
      usedBytes,
      pids.find((member) => member !== pid),
    );
    if (outgrown === null) return;
    clearInterval(timer);
    onOutgrown(outgrown);
  };
  const timer = setInterval(look, LOOK_MS);
  if (pid === null) clearInterval(timer);
  return { peakBytes: () => peakBytes, stop: () => clearInterval(timer) };
}

function outgrownBy(usedBytes: number, inside: number | undefined): GameStopped | null {
  if (usedBytes > BOX_MEMORY_BYTES)
    return new GameStopped('memory', `the page took more than ${mib(BOX_MEMORY_BYTES)} MiB`);
  const full = inside === undefined ? undefined : BOX_DISKS.find((at) => isFull(inside, at));
  if (full === undefined) return null;
  return new GameStopped('disk', `the page stored more than ${mib(BOX_DISK_BYTES)} MiB`);
}

const mib = (bytes: number): number => Math.round(bytes / 1024 / 1024);

/** A process with its descendants; what was seen once is not read again. */
class Family {
  private known = new Map<number, boolean>();

  constructor(private readonly root: number) {}

  /** In the order of their ids. */
  members(): number[] {
    const all = readdirSync('/proc').map(Number).filter(Number.isInteger);
    const known = new Map<number, boolean>();
    for (const pid of all) known.set(pid, this.known.get(pid) ?? this.isMember(pid));
    this.known = known;
    return all.filter((pid) => known.get(pid));
  }

  private isMember(pid: number): boolean {
    if (pid === this.root) return true;
    const known = this.known.get(pid);
    if (known !== undefined || pid <= 1) return known ?? false;
    const isMember = this.isMember(parentOf(pid));
    this.known.set(pid, isMember);
    return isMember;
  }
}

/** 0 for a process that has ended. */
function parentOf(pid: number): number {
  const stat = readProc(pid, 'stat');
  return stat === '' ? 0 : Number(statFields(stat)[PARENT]);
}

/** Its own memory and what it shares by writing; its program's file is in memory once for all. */
function residentBytes(pid: number): number {
  const sizes = readProc(pid, 'status').matchAll(/^Rss(?:Anon|Shmem):\s+(\d+) kB$/gm);
  return [...sizes].reduce((sum, [, kib]) => sum + Number(kib) * 1024, 0);
}

function readProc(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return '';
  }
}

/** False for what is not a folder in memory, or may not be seen from here. */
function isFull(pid: number, place: string): boolean {
  try {
    const { blocks, bavail, bsize } = statfsSync(path.join('/proc', String(pid), 'root', place));
    return blocks * bsize === BOX_DISK_BYTES && bavail * bsize < FREE_BYTES;
  } catch {
    return false;
  }
}
