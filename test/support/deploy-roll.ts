import { execFile } from 'node:child_process';
import { programArgs } from './programs.js';
import { stackEnv, type Stack } from './stack.js';

export interface WantedRoll {
  readonly buildId: string;
  readonly percent: number;
  readonly seconds: number;
  /** Of the user in whose name the canary runs. */
  readonly as: string;
}

export const rollEnv = ({ dataDir }: Pick<Stack, 'dataDir'>): NodeJS.ProcessEnv =>
  stackEnv({ DATA_DIR: dataDir });

/** The arguments of `dreamcore deploy roll`. */
export const rollArgs = ({ buildId, percent, seconds, as }: WantedRoll): string[] =>
  [...programArgs('dreamcore'), 'deploy', 'roll', buildId, '--env-file=/dev/null'].concat([
    ...['--percent', String(percent), '--seconds', String(seconds), '--as', as],
  ]);

/** Rolls to its end; answers its exit code and all that it printed. */
export function deployRoll(stack: Pick<Stack, 'dataDir'>, wanted: WantedRoll) {
  return new Promise<{ code: number | null; out: string }>((resolve) => {
    const options = { env: rollEnv(stack) };
    const child = execFile(process.execPath, rollArgs(wanted), options, (_error, out, err) =>
      resolve({ code: child.exitCode, out: `${out}${err}` }),
    );
  });
}
