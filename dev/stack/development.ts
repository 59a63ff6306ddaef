import type { Log } from '../../src/telemetry/log.js';
import { holdBuild } from '../build/builds.js';
import { ensureBuild } from '../build/ensure.js';
import type { RunningBuild } from '../build/programs.js';
import type { Part } from './plan.js';
import type { Supervisor } from './supervisor.js';
import { changedParts, isChanged, watchSources } from './watch.js';

/**
 * `npm run dev`: builds again when sources change and restarts the parts whose code is another one,
 * a line for each. A build that fails leaves everything as it runs.
 */
export function followSources(
  supervisor: Supervisor,
  build: RunningBuild,
  parts: readonly Part[],
  { log, signal }: { readonly log: Log; readonly signal: AbortSignal },
): Promise<void> {
  return watchSources(async () => {
    const startedAt = Date.now();
    const before = build.dir;
    try {
      build.dir = await ensureBuild();
    } catch (error) {
      log.error((error as Error).message);
      return;
    }
    if (build.dir === before) return;
    await holdBuild(build.dir);
    const changed = await changedParts(before, build.dir, parts);
    log.warn(
      `built in ${Date.now() - startedAt} ms; restarting ${changed.join(', ') || 'nothing'}`,
    );
    if (await isChanged(before, build.dir, 'launcher.js'))
      log.warn('the launcher itself has changed: start npm run dev again to use it');
    if (parts.includes('modal') && (await isChanged(before, build.dir, 'runner.mjs')))
      log.warn('functions on the Modal emulator keep their code until npm run dev starts again');
    await Promise.all(changed.map((part) => supervisor.restart(part)));
  }, signal);
}
