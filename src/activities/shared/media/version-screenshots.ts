import type { PlayReport } from '../../../contracts/game/play.js';
import type { Log } from '../../../telemetry/log.js';
import type { PlayRecords } from '../../../objects/play-records.js';
import type { ProjectPlace } from '../../../objects/kept-files.js';
import type { Screenshots } from '../../../objects/screenshots.js';
import type { Store } from '../../../store/index.js';

export interface ScreenshotDeps {
  store: Pick<Store, 'projects'>;
  records: Pick<PlayRecords, 'readScreenshot'>;
  screenshots: Pick<Screenshots, 'keep' | 'removeProject'>;
  log: Log;
}

/** A row keeps findings and screenshot apart: a restore has the screenshot alone. */
export function partsOf(report: PlayReport | null): {
  play: PlayReport | null;
  seen: string | null;
} {
  if (report === null) return { play: null, seen: null };
  const { screenshot: seen = null, ...play } = report;
  return { play, seen };
}

/**
 * Publishes a version with the screenshot that its play has named, which is kept first: a row names
 * only what is there. Of a project that was deleted meanwhile nothing stays (F2).
 */
export async function withScreenshot<T>(
  deps: ScreenshotDeps,
  project: ProjectPlace,
  name: string | null,
  publish: (name: string | null) => Promise<T>,
): Promise<T> {
  const kept = name === null ? null : await keep(deps, project, name);
  try {
    return await publish(kept);
  } catch (error) {
    if (kept !== null) await forgetOfDeleted(deps, project);
    throw error;
  }
}

/** A courtesy: a version is published without one. Null = there is none. */
async function keep(
  { records, screenshots, log }: ScreenshotDeps,
  project: ProjectPlace,
  name: string,
): Promise<string | null> {
  try {
    const bytes = await records.readScreenshot(project, name);
    if (bytes === null) return null;
    await screenshots.keep(project, name, bytes);
    return name;
  } catch (error) {
    log.warn({ err: error, projectId: project.projectId }, 'a screenshot could not be kept');
    return null;
  }
}

async function forgetOfDeleted(
  { store, screenshots, log }: ScreenshotDeps,
  { userId, projectId }: ProjectPlace,
): Promise<void> {
  try {
    if ((await store.projects.get(projectId)) === null)
      await screenshots.removeProject({ userId, projectId });
  } catch (error) {
    log.warn({ err: error, projectId }, 'screenshots of a project may be left behind');
  }
}
