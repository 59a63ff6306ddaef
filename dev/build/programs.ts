import path from 'node:path';
import { PROGRAMS } from '../../src/process/programs.js';

/** Every program of a build: the product's, its tools, and those of the development stack. */
export const BUILT_PROGRAMS = {
  ...PROGRAMS,
  launcher: 'dev/stack/main.ts',
  gateway: 'dev/supabase/main.ts',
  'demo-model': 'dev/demo-model/main.ts',
  'print-env': 'dev/stack/print-env.ts',
  'dreamcore-dev': 'dev/doctor/main.ts',
  'modal-deploy': 'scripts/modal-deploy.ts',
  'import-v2': 'tools/import-v2/main.ts',
  'ensure-build': 'dev/build/ensure.ts',
} as const satisfies Readonly<Record<string, string>>;

export type BuiltProgram = keyof typeof BUILT_PROGRAMS;

/** The build that a launcher starts parts from; `npm run dev` moves on to the next one. */
export interface RunningBuild {
  dir: string;
}

/** Node's arguments for a program of a build. */
export const builtProgramArgs = ({ dir }: RunningBuild, name: BuiltProgram): string[] => [
  '--enable-source-maps',
  path.join(dir, `${name}.js`),
];
