import path from 'node:path';
import type { BuiltProgram } from '../../dev/build/programs.js';
import { PROJECT_ROOT } from '../../src/config.js';
import { RUNNER_FILES } from '../../src/process/programs.js';

const CURRENT = path.join(PROJECT_ROOT, 'dist', 'current');
const SOURCE_MAPS = '--enable-source-maps';

/** Node's arguments for a program of the newest build (made by test/support/global/build.ts). */
export function programArgs(name: BuiltProgram): string[] {
  return [SOURCE_MAPS, path.join(CURRENT, `${name}.js`)];
}

/** As {@link programArgs}, for the runner. */
export const RUNNER_ARGS: readonly string[] = [SOURCE_MAPS, path.join(CURRENT, RUNNER_FILES.code)];

/** Runs a program as npm's scripts do: from the newest build, made when the sources are newer. */
export const RUN_SCRIPT = path.join(PROJECT_ROOT, 'bin/run.js');
