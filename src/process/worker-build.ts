import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

/** In a build: what its worker is called in Temporal. */
export const WORKER_BUILD_FILE = 'worker-build.json';

const WorkerBuild = z.object({
  /** A hash of the code that workflows and activities run: the same code, the same id (I1). */
  buildId: z.string(),
  /** The commit that it was made from, for people; null where there was no repository. */
  commit: z.string().nullable(),
  /** When it was built, ISO 8601; absent in builds up to be9e45d8. */
  builtAt: z.string().optional(),
  /** The queues that its workers poll. */
  queues: z.array(z.string()),
});
export type WorkerBuild = z.infer<typeof WorkerBuild>;

/** What stands in a build's folder. Throws where that is none. */
export async function readWorkerBuild(buildDir: string): Promise<WorkerBuild> {
  return WorkerBuild.parse(
    JSON.parse(await readFile(path.join(buildDir, WORKER_BUILD_FILE), 'utf8')),
  );
}

/** The build under its configured name: all builds of `npm run dev` share one. */
export function namedBuild(build: WorkerBuild, name: string | undefined): WorkerBuild {
  return name === undefined ? build : { ...build, buildId: name };
}
