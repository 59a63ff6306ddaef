import type { PlayReport } from '../../../contracts/game/play.js';
import type { Log } from '../../../telemetry/log.js';
import type { PlayRecords } from '../../../objects/play-records.js';
import type { ProjectPlace } from '../../../objects/kept-files.js';
import type { Screenshots } from '../../../objects/screenshots.js';
import type { Tapes } from '../../../objects/tapes.js';
import type { Store } from '../../../store/index.js';

export interface ScreenshotDeps {
  store: Pick<Store, 'projects'>;
  records: Pick<PlayRecords, 'readScreenshot'>;
  screenshots: Pick<Screenshots, 'keep' | 'removeProject'>;
  tapes: Pick<Tapes, 'keep' | 'removeProject'>;
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

/** What the row of a version has of its play. */
export interface KeptPlay {
  readonly play: PlayReport | null;
  readonly screenshot: string | null;
}

/**
 * Publishes a version with what its play has named: screenshot, loop and tapes, which are kept
 * first: a row names only what is there. Of a project that was deleted meanwhile nothing stays
 * (F2).
 */
export async function withKeptPlay<T>(
  deps: ScreenshotDeps,
  project: ProjectPlace,
  report: PlayReport | null,
  publish: (kept: KeptPlay) => Promise<T>,
): Promise<T> {
  if (report === null) return publish({ play: null, screenshot: null });
  const { screenshot: seen, loopName: looped, ...play } = report;
  const [screenshot, loopName] = await Promise.all(
    [seen, looped].map(async (name) => (name === undefined ? null : keep(deps, project, name))),
  );
  if (play.gameTree !== undefined) await keepTapes(deps, project, play.gameTree);
  try {
    return await publish({
      play: loopName ? { ...play, loopName } : play,
      screenshot: screenshot ?? null,
    });
  } catch (error) {
    await forgetOfDeleted(deps, project);
    throw error;
  }
}

/** The next change is compared with less where they are gone. */
async function keepTapes(
  { tapes, log }: ScreenshotDeps,
  project: ProjectPlace,
  gameTree: string,
): Promise<void> {
  try {
    await tapes.keep(project, gameTree);
  } catch (error) {
    log.warn({ err: error, projectId: project.projectId }, 'the tapes of a version are not kept');
  }
}

/** A courtesy: a version is published without one. Null = there is none. */
async function keep(
  { records, screenshots, log }: ScreenshotDeps,
  project: ProjectPlace,
  name: string,
): Promise<string | null> {
  try {
    const screenshot = await records.readScreenshot(project, name);
    if (screenshot === null) return null;
    await screenshots.keep(project, name, screenshot.bytes, screenshot.card);
    return name;
  } catch (error) {
    log.warn({ err: error, projectId: project.projectId }, 'a screenshot could not be kept');
    return null;
  }
}

async function forgetOfDeleted(
  { store, screenshots, tapes, log }: ScreenshotDeps,
  { userId, projectId }: ProjectPlace,
): Promise<void> {
  const project = { userId, projectId };
  try {
    if ((await store.projects.get(projectId)) !== null) return;
    await screenshots.removeProject(project);
    await tapes.removeProject(project);
  } catch (error) {
    log.warn({ err: error, projectId }, 'screenshots and tapes of a project may be left behind');
  }
}
