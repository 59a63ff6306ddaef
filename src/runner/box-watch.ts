import { closeSync, openSync, readdirSync, readFileSync, readSync, statfsSync } from 'node:fs';
import path from 'node:path';
import type { StopCode } from '../contracts/game/play.js';
import { PARENT, statFields } from '../process/proc-stat.js';
import { BOX_DISK_BYTES } from './box-limits.js';

/** Most memory of all processes of a box together (J2): more than phones give to a page. */
export const BOX_MEMORY_BYTES = 1_024 * 1024 * 1024;
/** A page fills no more in a millisecond: the next look comes before it can have what is left. */
const FILLS_BYTES_PER_MS = 2 * 1024 * 1024;
const LOOK_MS = { least: 100, most: 400 } as const;
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

/** How the game ended the work; null = it did not, and the work is done. */
export async function stopIn(work: () => Promise<void>): Promise<GameStopped | null> {
  try {
    await work();
    return null;
  } catch (error) {
    if (error instanceof GameStopped) return error;
    throw error;
  }
}

/**
 * Measures the memory of a process with all below it, and how full the folders in memory of its box
 * are, until `onOutgrown` was called or it is stopped. Measures nothing where there is no /proc.
 */
export function watchBox(pid: number | null, onOutgrown: (outgrown: GameStopped) => void) {
  let peakBytes = 0;
  let timer: NodeJS.Timeout | undefined;
  const family = new Family(pid ?? -1);
  const look = (): void => {
    const usedBytes = family.residentBytes();
    peakBytes = Math.max(peakBytes, usedBytes);
    const outgrown = outgrownBy(usedBytes, family.inside);
    if (outgrown === null) return lookIn(nextLookMs(usedBytes));
    family.close();
    onOutgrown(outgrown);
  };
  const lookIn = (ms: number): void => void (timer = setTimeout(look, ms));
  if (pid !== null) lookIn(LOOK_MS.least);
  return {
    peakBytes: () => peakBytes,
    stop: (): void => {
      clearTimeout(timer);
      family.close();
    },
  };
}

function nextLookMs(usedBytes: number): number {
  const leftMs = (BOX_MEMORY_BYTES - usedBytes) / FILLS_BYTES_PER_MS;
  return Math.max(LOOK_MS.least, Math.min(LOOK_MS.most, leftMs));
}

function outgrownBy(usedBytes: number, inside: number | undefined): GameStopped | null {
  if (usedBytes > BOX_MEMORY_BYTES)
    return new GameStopped('memory', `the page took more than ${mib(BOX_MEMORY_BYTES)} MiB`);
  const full = inside === undefined ? undefined : BOX_DISKS.find((at) => isFull(inside, at));
  if (full === undefined) return null;
  return new GameStopped('disk', `the page stored more than ${mib(BOX_DISK_BYTES)} MiB`);
}

const mib = (bytes: number): number => Math.round(bytes / 1024 / 1024);

/** A process with its descendants; what was opened or found out once is not so again. */
class Family {
  private known = new Map<number, boolean>();
  /** The open status file of each member, by its id; it never is that of a later process. */
  private readonly statuses = new Map<number, number>();
  private readonly text = Buffer.alloc(8_192);

  constructor(private readonly root: number) {}

  /** One that sees what the box sees; undefined = there is none yet. */
  get inside(): number | undefined {
    return [...this.statuses.keys()].find((pid) => pid !== this.root);
  }

  /** Memory of all of them. */
  residentBytes(): number {
    const known = new Map<number, boolean>();
    let bytes = 0;
    for (const name of readdirSync('/proc')) {
      const pid = Number(name);
      if (!Number.isInteger(pid)) continue;
      known.set(pid, this.known.get(pid) ?? this.isMember(pid));
      if (known.get(pid)) bytes += residentBytes(this.statusOf(pid));
    }
    this.known = known;
    for (const pid of this.statuses.keys()) if (!known.has(pid)) this.forget(pid);
    return bytes;
  }

  close(): void {
    for (const pid of this.statuses.keys()) this.forget(pid);
  }

  private isMember(pid: number): boolean {
    if (pid === this.root) return true;
    const known = this.known.get(pid);
    if (known !== undefined || pid <= 1) return known ?? false;
    const isMember = this.isMember(parentOf(pid));
    this.known.set(pid, isMember);
    return isMember;
  }

  /** '' for a process that has ended. */
  private statusOf(pid: number): string {
    try {
      const file = this.statuses.get(pid) ?? openSync(`/proc/${pid}/status`, 'r');
      this.statuses.set(pid, file);
      const length = readSync(file, this.text, 0, this.text.length, 0);
      return this.text.toString('latin1', 0, length);
    } catch {
      this.forget(pid);
      return '';
    }
  }

  private forget(pid: number): void {
    const file = this.statuses.get(pid);
    if (file !== undefined) closeSync(file);
    this.statuses.delete(pid);
  }
}

/** 0 for a process that has ended. */
function parentOf(pid: number): number {
  try {
    return Number(statFields(readFileSync(`/proc/${pid}/stat`, 'utf8'))[PARENT]);
  } catch {
    return 0;
  }
}

/** Its own memory and what it shares by writing; its program's file is in memory once for all. */
function residentBytes(status: string): number {
  const sizes = status.matchAll(/^Rss(?:Anon|Shmem):\s+(\d+) kB$/gm);
  return [...sizes].reduce((sum, [, kib]) => sum + Number(kib) * 1024, 0);
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
