import { execFile } from 'node:child_process';
import path from 'node:path';
import { PROJECT_ROOT } from '../../../src/config.js';
import { stackEnv, type Stack } from '../../support/stack.js';

export type Dreamcore = (...args: string[]) => Promise<{ code: number; out: string; err: string }>;

/** Runs `npx dreamcore` beside a running stack, as its operator does. */
export function commandOn({ dataDir }: Pick<Stack, 'dataDir'>): Dreamcore {
  const program = path.join(PROJECT_ROOT, 'bin/dreamcore.js');
  const env = stackEnv({ DATA_DIR: dataDir });
  return (...args) =>
    new Promise((resolve) => {
      const child = execFile(
        process.execPath,
        [program, ...args, '--env-file', '/dev/null'],
        { env },
        (_error, out, err) => {
          resolve({ code: child.exitCode ?? -1, out, err });
        },
      );
    });
}
