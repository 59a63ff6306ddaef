import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { absentAs } from '../../disk/absent.js';
import { damaged } from '../../versions/format/framing.js';
import { MAX_OBJECT_BYTES } from '../../versions/format/verify.js';

export type ScratchFiles = ReturnType<typeof scratchFiles>;

/** Scratch folder of a call. */
export function scratchFolder(dataDir: string, callId: string): string {
  return path.join(dataDir, 'scratch', callId);
}

/**
 * Files that go into a run of a child process, and those that come out of it, beside the scratch
 * folder of its call. Each delivery of an activity has names of its own: one
 * that only seemed to be dead removes no other's.
 */
export function scratchFiles(dataDir: string, callId: string) {
  const base = `${scratchFolder(dataDir, callId)}.${randomBytes(4).toString('hex')}`;
  const named = new Set<string>();
  const place = (name: string): string => {
    const file = `${base}.${name}`;
    named.add(file);
    return file;
  };
  return {
    /** Where a file of this name lies, or will lie. */
    place,
    /** Writes a parcel. Returns where it lies. */
    async put(name: string, bytes: Buffer): Promise<string> {
      const file = place(name);
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, bytes);
      return file;
    },
    /** What the run has written under this name; null = nothing. Throws `CandidateRefused`. */
    async take(name: string): Promise<Buffer | null> {
      const file = place(name);
      const info = await stat(file).catch(absentAs(null));
      if (info === null) return null;
      if (info.size > MAX_OBJECT_BYTES) throw damaged('object-size');
      return readFile(file);
    },
    async remove(): Promise<void> {
      // What cannot be removed is left to the sweep.
      for (const file of named) await rm(file, { force: true }).catch(() => undefined);
    },
  };
}

/** The id of the call that an entry of the scratch folder is named after. */
export const callOf = (entry: string): string => entry.split('.', 2).join('.');
