import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { PROJECT_ROOT } from '../config.js';

/**
 * The product's programs: the name of each one's file in a build, and the source it starts with.
 */
export const PROGRAMS = {
  api: 'src/api/main.ts',
  worker: 'src/activities/worker.ts',
  'video-site': 'src/activities/runner-input/video-site-program.ts',
  dreamcore: 'src/ops/main.ts',
  // Apart from the other commands: it needs what runs workflows, which the API's image has not.
  'replay-history': 'src/ops/replay/main.ts',
  migrate: 'scripts/migrate.ts',
} as const;

/** The runner as one file, and what is deployed with it; made by `makeRunnerBundle`. */
export const RUNNER_FILES = { code: 'runner.mjs', manifest: 'runner.json' } as const;
/** The code of all workflows, as a worker loads it. */
export const WORKFLOW_BUNDLE = 'workflows.js';

const self = fileURLToPath(import.meta.url);

/** The build that this process runs from (`dist/builds/<id>`); null where it runs from sources. */
export const BUILD_DIR: string | null = self.endsWith('.ts') ? null : path.dirname(self);

/** The folder of the browser client in a build, and its file with the hash of all others. */
export const CLIENT_FOLDER = 'client';
export const CLIENT_VERSION_FILE = 'version';
/** The folder of what is played while a game is made, in a build. */
export const SKETCHES_FOLDER = 'sketches';
/** The build that this process runs from, or the newest one. */
const FILES_DIR = BUILD_DIR ?? path.join(PROJECT_ROOT, 'dist/current');
export const CLIENT_DIR = path.join(FILES_DIR, CLIENT_FOLDER);
export const SKETCHES_DIR = path.join(FILES_DIR, SKETCHES_FOLDER);

/** Node's arguments for another program: its file in the same build, else its source. */
export function programArgs(name: keyof typeof PROGRAMS): string[] {
  return BUILD_DIR === null
    ? ['--import', import.meta.resolve('tsx'), path.join(PROJECT_ROOT, PROGRAMS[name])]
    : ['--enable-source-maps', path.join(BUILD_DIR, `${name}.js`)];
}

/** A file of the build that this process runs from. Throws where it runs from sources. */
export function builtFile(name: string): string {
  if (BUILD_DIR === null) throw new Error(`${name} exists in a build only: npm run build`);
  return path.join(BUILD_DIR, name);
}
