import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { crashPointsDir } from './stack.js';

export interface Process {
  pid: number;
  parent: number;
  command: string;
}

/** Every process of this machine. */
export async function listProcesses(): Promise<Process[]> {
  const { stdout } = await promisify(execFile)('ps', ['-eo', 'pid=,ppid=,args='], {
    maxBuffer: 32 * 1024 * 1024,
  });
  return stdout.split('\n').flatMap((line) => {
    const match = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line);
    return match
      ? [{ pid: Number(match[1]), parent: Number(match[2]), command: match[3] ?? '' }]
      : [];
  });
}

/** The processes below one, nearest first. */
export function descendants(all: readonly Process[], pid: number): Process[] {
  const children = all.filter(({ parent }) => parent === pid);
  return [...children, ...children.flatMap((child) => descendants(all, child.pid))];
}

export const isRunner = ({ command }: Process): boolean => /\/runner(-\w+)?\.mjs/.test(command);
/** The model program in its sandbox, or the sandbox around it. */
export const isModelProgram = ({ command }: Process): boolean => /^\S*bwrap |claude/.test(command);

/** One process of a run. */
interface RunProcess extends Process {
  kind: 'runner' | 'model';
}

/** Runners and model programs of a stack. */
export async function runsOf(dataDir: string, kind?: RunProcess['kind']): Promise<RunProcess[]> {
  const found = await Promise.all((await listProcesses()).map((one) => runOf(one, dataDir)));
  return found
    .filter((run) => run !== null)
    .filter((run) => kind === undefined || run.kind === kind);
}

/**
 * The sandbox names the scratch folder in its arguments; the runner gets its input on stdin, but
 * works for a worker of the stack.
 */
async function runOf(process: Process, dataDir: string): Promise<RunProcess | null> {
  const { pid, command } = process;
  if (command.startsWith('bwrap ') && command.includes(dataDir))
    return { ...process, kind: 'model' };
  if (!command.includes('/runner.mjs')) return null;
  const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
  return environment.includes(`=${crashPointsDir(dataDir)}\0`)
    ? { ...process, kind: 'runner' }
    : null;
}
