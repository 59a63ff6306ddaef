import { z } from 'zod';
import { sha256Of } from '../contracts/base/hashes.js';
import { PlayReport, PlayResult, StateLog } from '../contracts/game/play.js';
import { idInKey, projectPrefix, removeOlderThan, type ProjectPlace } from './kept-files.js';
import { readAll, type ObjectStore } from './object-store.js';
import { readScreenshot, screenshotKey, writeScreenshot } from './screenshots.js';

const PREFIX = 'plays/';
const OF_RUN = 'run.json';

/** One play of a job. */
export interface PlayRef extends ProjectPlace {
  readonly jobId: string;
  readonly play: number;
}

/** The report, with the states that the game reported. */
type StoredReport = PlayReport & { readonly states: readonly string[] };
const StoredStates = z.object({ states: StateLog.catch([]) });

export type PlayRecords = ReturnType<typeof createPlayRecords>;

/**
 * Reports and sheets of plays, as objects `plays/<userId>/<projectId>/<jobId>.<play>.json` and
 * `.png`, `.run.json` of the run's own play, and `<sha-256>.webp` for lists (E8). Ids are UUIDs.
 */
export function createPlayRecords(objects: ObjectStore) {
  const readJson = async <T>(
    play: PlayRef,
    schema: z.ZodType<T>,
    ending = 'json',
  ): Promise<T | null> => {
    const bytes = await readAll(objects, `${keyOf(play)}.${ending}`);
    return bytes && schema.parse(JSON.parse(bytes.toString('utf8')));
  };
  return {
    /** Stores both; returns the key of the image, null without one. */
    write: async (
      play: PlayRef,
      report: StoredReport,
      sheet: Buffer | null,
    ): Promise<string | null> => {
      await objects.put(`${keyOf(play)}.json`, Buffer.from(JSON.stringify(report)));
      if (sheet === null) return null;
      await objects.put(`${keyOf(play)}.png`, sheet);
      return `${keyOf(play)}.png`;
    },

    /** Null when there is none (any more). */
    readReport: async (play: PlayRef) => readJson(play, PlayReport),

    /** Copies both to another job; false = the image is not there (any more). */
    copy: async (from: PlayRef, to: PlayRef): Promise<boolean> => {
      const [report, sheet] = await Promise.all(
        ['json', 'png'].map((ending) => readAll(objects, `${keyOf(from)}.${ending}`)),
      );
      if (!report || !sheet) return false;
      await objects.put(`${keyOf(to)}.json`, report);
      await objects.put(`${keyOf(to)}.png`, sheet);
      return true;
    },

    /** Stores what the run of this round has seen of its game by itself (P6). */
    writeOfRun: async (play: PlayRef, result: PlayResult): Promise<void> => {
      await objects.put(`${keyOf(play)}.${OF_RUN}`, Buffer.from(JSON.stringify(result)));
    },

    /** Null when there is none (any more). */
    readOfRun: async (play: PlayRef) => readJson(play, PlayResult, OF_RUN),

    readSheet: async (play: PlayRef) => readAll(objects, `${keyOf(play)}.png`),

    /** The states that the game reported; empty when none are stored. */
    readStates: async (play: PlayRef): Promise<readonly string[]> =>
      (await readJson(play, StoredStates))?.states ?? [],

    /** Stores a screenshot until its version is published; returns its name. */
    writeScreenshot: async (
      project: ProjectPlace,
      bytes: Buffer,
      card: Buffer | null = null,
    ): Promise<string> => {
      const name = sha256Of(bytes);
      await writeScreenshot(objects, screenshotKey(PREFIX, project, name), { bytes, card });
      return name;
    },

    readScreenshot: async (project: ProjectPlace, name: string) =>
      readScreenshot(objects, screenshotKey(PREFIX, project, name)),

    /** Removes objects older than `olderThanMs`, of all users. Returns their number. */
    removeOld: (olderThanMs: number) => removeOlderThan(objects, PREFIX, olderThanMs),
  };
}

const keyOf = (play: PlayRef): string =>
  `${projectPrefix(PREFIX, play)}${idInKey(play.jobId)}.${play.play}`;
