import { createHash } from 'node:crypto';
import { z } from 'zod';
import { PlayReport, StateLog } from '../contracts/play.js';
import { idInKey, projectPrefix, removeBelow, removeOlderThan } from './kept-files.js';
import { readAll, type ObjectStore } from './object-store.js';
import { screenshotKey, type ProjectPlace } from './screenshots.js';

const PREFIX = 'plays/';

/** One play of a job. */
export interface PlayRef {
  readonly userId: string;
  readonly projectId: string;
  readonly jobId: string;
  readonly play: number;
}

/** A report with the states that the game declared. */
type KeptReport = PlayReport & { readonly states: readonly string[] };
const KeptStates = z.object({ states: StateLog.catch([]) });

/**
 * What plays have found and seen, as objects `plays/<userId>/<projectId>/<jobId>.<play>.json` and
 * `.png`, and `<sha-256>.webp` for lists (E8). Ids are UUIDs.
 */
export interface PlayRecords {
  /** Keeps both; answers the key of the image, null without one. */
  write(play: PlayRef, report: KeptReport, sheet: Buffer | null): Promise<string | null>;
  /** Null when there is none, or none any more. */
  readReport(play: PlayRef): Promise<PlayReport | null>;
  /** Keeps them for another job as well; false = its image is not there, or not any more. */
  copy(from: PlayRef, to: PlayRef): Promise<boolean>;
  readSheet(play: PlayRef): Promise<Buffer | null>;
  /** The states that the game declared; empty when there is no record. */
  readStates(play: PlayRef): Promise<readonly string[]>;
  /** Keeps a screenshot until its version is published; answers its name. */
  writeScreenshot(project: ProjectPlace, bytes: Buffer): Promise<string>;
  readScreenshot(project: ProjectPlace, name: string): Promise<Buffer | null>;
  removeProject(userId: string, projectId: string): Promise<void>;
  /** Removes all that is older than `olderThanMs`, of all users. Returns how many objects. */
  removeOld(olderThanMs: number): Promise<number>;
}

/** The records of plays in an object store. */
export function createPlayRecords(objects: ObjectStore): PlayRecords {
  return {
    async write(play, report, sheet) {
      await objects.put(`${keyOf(play)}.json`, Buffer.from(JSON.stringify(report)));
      if (sheet === null) return null;
      await objects.put(`${keyOf(play)}.png`, sheet);
      return `${keyOf(play)}.png`;
    },
    async readReport(play) {
      const bytes = await readAll(objects, `${keyOf(play)}.json`);
      return bytes && PlayReport.parse(JSON.parse(bytes.toString('utf8')));
    },
    async copy(from, to) {
      const [report, sheet] = await Promise.all(
        ['json', 'png'].map((ending) => readAll(objects, `${keyOf(from)}.${ending}`)),
      );
      if (!report || !sheet) return false;
      await objects.put(`${keyOf(to)}.json`, report);
      await objects.put(`${keyOf(to)}.png`, sheet);
      return true;
    },
    readSheet: async (play) => readAll(objects, `${keyOf(play)}.png`),
    async readStates(play) {
      const bytes = await readAll(objects, `${keyOf(play)}.json`);
      return bytes === null ? [] : KeptStates.parse(JSON.parse(bytes.toString('utf8'))).states;
    },
    async writeScreenshot(project, bytes) {
      const name = createHash('sha256').update(bytes).digest('hex');
      await objects.put(screenshotKey(PREFIX, project, name), bytes);
      return name;
    },
    readScreenshot: async (project, name) => readAll(objects, screenshotKey(PREFIX, project, name)),
    async removeProject(userId, projectId) {
      await removeBelow(objects, projectPrefix(PREFIX, { userId, projectId }));
    },
    removeOld: (olderThanMs) => removeOlderThan(objects, PREFIX, olderThanMs),
  };
}

function keyOf(play: PlayRef): string {
  return `${projectPrefix(PREFIX, play)}${idInKey(play.jobId)}.${play.play}`;
}
