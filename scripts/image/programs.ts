import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import os from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

/** The user of the images; taken where we are root. */
const USER = 10001;
const START_LIMIT_MS = 90_000;
const STOP_LIMIT_MS = 20_000;
export const imageUser = process.getuid?.() === 0 ? { uid: USER, gid: USER } : null;

export const say = (line: string): void => void process.stdout.write(`${line}\n`);

export interface Started {
  readonly child: ChildProcess;
  output(): string;
}

/** The command of an image, as its user, in its folder. */
export function start(
  folder: string,
  args: readonly string[],
  env: Readonly<NodeJS.ProcessEnv>,
): Started {
  let output = '';
  const child = spawn(process.execPath, args, {
    cwd: folder,
    env: { PATH: process.env.PATH, ...env, NODE_ENV: 'production', HOME: os.tmpdir() },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...imageUser,
  });
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  return { child, output: () => output };
}

/** Throws what the program said when it ends before, or when the time is over. */
export async function until(
  what: string,
  part: Started,
  isTrue: () => boolean | Promise<boolean>,
): Promise<void> {
  const deadline = performance.now() + START_LIMIT_MS;
  while (!(await isTrue())) {
    if (performance.now() > deadline || part.child.exitCode !== null)
      throw new Error(`${what} did not come:\n${part.output()}`);
    await sleep(250);
  }
  say(`  ${what}: ok`);
}

export async function stop({ child }: Started): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, 'close');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
  await closed;
  clearTimeout(timer);
}
