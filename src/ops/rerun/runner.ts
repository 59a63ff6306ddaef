import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import {
  GenerateResult,
  RUNNER_ENV,
  RunnerFailure,
  type GenerateInput,
} from '../../contracts/execution/runner.js';
import { inheritedEnv, tailOf } from '../../process/children.js';

const LastLine = z.union([
  z.object({ result: GenerateResult }),
  z.object({ error: RunnerFailure }),
]);
export type RunnerEnd = z.infer<typeof LastLine>;

/** What the runner and the model program may know of this machine. */
const INHERITED = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'LC_ALL', 'NODE_ENV', 'CI', 'CHROMIUM_PATH'];
/** Opens nothing: the model behind it is a recording. */
const NO_KEY = 'recorded-answers-need-no-key';
const STDERR_KEPT = 2_000;

/** Runs one attempt as a worker does, against the model at `modelUrl`. */
export async function runAttempt(
  program: readonly string[],
  input: GenerateInput,
  modelUrl: string,
): Promise<RunnerEnd> {
  const child = spawn(process.execPath, program, {
    env: {
      ...inheritedEnv(INHERITED),
      [RUNNER_ENV.modelKey]: NO_KEY,
      [RUNNER_ENV.modelBaseUrl]: modelUrl,
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const errors = tailOf(child.stderr, STDERR_KEPT);
  // One that died early is reported by its end.
  child.stdin.on('error', () => undefined);
  child.stdin.write(`${JSON.stringify(input)}\n`);
  let last: RunnerEnd | null = null;
  for await (const line of createInterface({ input: child.stdout })) {
    const read = LastLine.safeParse(JSON.parse(line));
    if (read.success) last = read.data;
    if (last !== null) child.stdin.end();
  }
  const code = await ended;
  if (last === null)
    throw new Error(`The runner ended (${code ?? 'by a signal'}) without a result:\n${errors()}`);
  return last;
}
