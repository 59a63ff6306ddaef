import os from 'node:os';

/** What a machine has for its work. */
export interface Machine {
  readonly cores: number;
  readonly memoryMib: number;
}

/** This one, within the memory limit of its container. */
export function thisMachine(): Machine {
  const limit = process.constrainedMemory();
  const memory = limit > 0 ? Math.min(limit, os.totalmem()) : os.totalmem();
  return { cores: os.availableParallelism(), memoryMib: Math.floor(memory / 2 ** 20) };
}

/** A run mostly waits for its model; what it uses of a core allows more than these. */
const RUNS_PER_CORE = 4;
/** A run with its model program (240 MiB), and a play of it beside the next run (290). */
const RUN_MIB = 640;
/** Everything else that the machine runs. */
const RESERVED_MIB = 2_048;

/** Runs that a worker of this machine carries at once (`npm run bench -- --only=capacity`). */
export function runsFor({ cores, memoryMib }: Machine): number {
  const byMemory = Math.floor((memoryMib - RESERVED_MIB) / RUN_MIB);
  return Math.max(1, Math.min(cores * RUNS_PER_CORE, byMemory));
}
