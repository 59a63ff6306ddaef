import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Info } from '@temporalio/activity';
import { z } from 'zod';
import { parsedJson } from '../contracts/base/readable.js';
import { STARTED_AT, statFields } from '../process/proc-stat.js';

/** Unique identity of a process: pids are reused, and each container counts its own. */
const Process = z.object({
  /** The machine since it began, and its namespace of process ids. */
  place: z.string(),
  pid: z.number().int().positive(),
  startedAt: z.string(),
});
type Process = z.infer<typeof Process>;

/** One delivery of an activity to a worker. */
const Delivery = z.object({
  taskToken: z.base64(),
  workflowId: z.string(),
  runId: z.string(),
});
export type Delivery = z.infer<typeof Delivery>;
const Note = z.object({ worker: Process, delivery: Delivery });
type Note = z.infer<typeof Note>;

/** The state of a process that has ended and whose parent has not asked for its end yet. */
const ENDED = 'Z';
/** No activity lasts so long: what another machine has noted and never removed. */
const FORGOTTEN_MS = 24 * 60 * 60_000;

/**
 * Notes on disk what a worker of this process is at, a file for each activity while it runs: when
 * the process is killed, the next one on this machine knows what it has left.
 */
export class WorkNotes {
  private readonly folder: string;
  private readonly here = processOf(process.pid);

  constructor(dataDir: string) {
    this.folder = path.join(dataDir, 'at-work');
  }

  /** Runs `work` with its note. */
  async during<T>(
    { taskToken, workflowExecution }: Pick<Info, 'taskToken' | 'workflowExecution'>,
    work: () => Promise<T>,
  ): Promise<T> {
    const worker = await this.here;
    if (worker === null || workflowExecution === undefined) return work();
    const { workflowId, runId } = workflowExecution;
    const delivery = { taskToken: Buffer.from(taskToken).toString('base64'), workflowId, runId };
    const file = path.join(this.folder, `${randomUUID()}.json`);
    await this.write(file, { worker, delivery });
    try {
      return await work();
    } finally {
      await rm(file, { force: true }).catch(() => undefined);
    }
  }

  /** A note saves seconds and no more: where the disk is full the work is done without. */
  private async write(file: string, note: Note): Promise<void> {
    const text = JSON.stringify(note);
    await mkdir(this.folder, { recursive: true })
      .then(() => writeFile(file, text))
      .catch(() => undefined);
  }

  /**
   * What killed processes of this machine have left, each once. What another one notes, in a
   * container for instance, is never known to be left.
   */
  async takeLeft(): Promise<Delivery[]> {
    const here = await this.here;
    if (here === null) return [];
    const names = await readdir(this.folder).catch(() => []);
    const left = await Promise.all(
      names.map((name) => takeIfLeft(path.join(this.folder, name), here)),
    );
    return left.filter((delivery) => delivery !== null);
  }
}

async function takeIfLeft(file: string, here: Process): Promise<Delivery | null> {
  const text = await readFile(file, 'utf8').catch(() => null);
  // Its work has ended meanwhile.
  if (text === null) return null;
  // Null for one that is being written.
  const note = parsedJson(Note, text);
  const isLeft = note !== null && (await isGone(note.worker, here));
  if (isLeft || (await isForgotten(file))) await rm(file, { force: true });
  return isLeft ? note.delivery : null;
}

async function isGone({ place, pid, startedAt }: Process, here: Process): Promise<boolean> {
  return place === here.place && (await processOf(pid))?.startedAt !== startedAt;
}

async function isForgotten(file: string): Promise<boolean> {
  const info = await stat(file).catch(() => null);
  return info !== null && Date.now() - info.mtimeMs > FORGOTTEN_MS;
}

/** Null where there is no such process, or the system does not show it (Linux does). */
async function processOf(pid: number): Promise<Process | null> {
  try {
    const [own, namespace, boot] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readlink('/proc/self/ns/pid'),
      readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
    ]);
    const fields = statFields(own);
    const startedAt = fields[STARTED_AT];
    if (startedAt === undefined || fields[0] === ENDED) return null;
    return { place: [os.hostname(), boot.trim(), namespace].join(' '), pid, startedAt };
  } catch {
    return null;
  }
}
