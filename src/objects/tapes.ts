import { gunzipSync, gzipSync } from 'node:zlib';
import { z } from 'zod';
import { parsedJson } from '../contracts/base/readable.js';
import { AppError } from '../contracts/base/errors.js';
import { sha256Of } from '../contracts/base/hashes.js';
import { MAX_OWNER_PLAY_BYTES } from '../contracts/game/tape-bounds.js';
import {
  PhoneErrors,
  TAPE_LIMITS,
  TapeInputs,
  TapeSet,
  type TapeInput,
} from '../contracts/game/tape.js';
import { projectPrefix, removeBelow, type ProjectPlace } from './kept-files.js';
import { infoOf, readAll, type ObjectStore } from './object-store.js';
import { newestFirst } from './project-objects.js';

/** Of published versions, and of candidates, which go by their age as all of their plays do. */
const KEPT = 'tapes/';
const PLAYED = 'plays/';
/** Largest object of a version, and what it may become when it is read. */
const MAX_BYTES = 2 * 1024 * 1024;
const MAX_READ_BYTES = 16 * 1024 * 1024;
/** Plays of an owner that are kept of all versions of a project. */
const MAX_OWNER_PLAYS = 20;

const GameTree = z.string().regex(/^[0-9a-f]{64}$/);

const KeptErrors = z.object({ gameTree: GameTree, errors: PhoneErrors });

export type Tapes = ReturnType<typeof createTapes>;

/**
 * Tapes of versions (P4), as objects `tapes/<userId>/<projectId>/<gameTree>.json.gz`: versions with
 * the same files share one. What their owner did in plays of his own lies in
 * `tapes/<userId>/<projectId>/<gameTree>/<sha-256>.json` until it has become a tape, what a game
 * threw there last in `errors`.
 */
export function createTapes(objects: ObjectStore) {
  return {
    /** Stores those of a candidate until its version is published. */
    write: async (project: ProjectPlace, tapes: TapeSet): Promise<void> => {
      await objects.put(keyOf(PLAYED, project, tapes.gameTree), packed(tapes));
    },

    /** Keeps what was stored of a candidate, if anything was. */
    keep: async (project: ProjectPlace, gameTree: string): Promise<void> => {
      const bytes = await readAll(objects, keyOf(PLAYED, project, gameTree));
      if (bytes !== null) await objects.put(keyOf(KEPT, project, gameTree), bytes);
    },

    /** In place of what is kept of a published version. */
    replace: async (project: ProjectPlace, tapes: TapeSet): Promise<void> => {
      await objects.put(keyOf(KEPT, project, tapes.gameTree), packed(tapes));
    },

    /** Of a published version; null = there are none that can be read. */
    read: async (project: ProjectPlace, gameTree: string): Promise<TapeSet | null> => {
      const bytes = await readAll(objects, keyOf(KEPT, project, gameTree));
      const tapes = bytes && unpacked(bytes);
      return tapes?.gameTree === gameTree ? tapes : null;
    },

    /**
     * Keeps the newest plays, of a version and of a project; the caller has checked the inputs.
     * False = the same play is kept already.
     */
    addOwnerPlay: async (
      project: ProjectPlace,
      gameTree: string,
      inputs: readonly TapeInput[],
    ): Promise<boolean> => {
      const bytes = Buffer.from(JSON.stringify(inputs));
      const folder = ownerFolder(project, gameTree);
      const key = `${folder}${sha256Of(bytes)}.json`;
      if ((await infoOf(objects, key)) !== null) return false;
      await objects.put(key, bytes);
      const kept = (await newestFirst(objects, projectPrefix(KEPT, project)))
        .map(({ key }) => key)
        .filter((key) => key.endsWith('.json'));
      const older = kept.filter((key) => key.startsWith(folder)).slice(TAPE_LIMITS.tapes);
      await objects.deleteAll([...new Set([...older, ...kept.slice(MAX_OWNER_PLAYS)])]);
      return true;
    },

    /** The newest first; what cannot be read is left out. */
    readOwnerPlays: async (project: ProjectPlace, gameTree: string): Promise<TapeInput[][]> => {
      const found = await newestFirst(objects, ownerFolder(project, gameTree));
      const read = await Promise.all(
        found.slice(0, TAPE_LIMITS.tapes).map(async ({ key, sizeBytes }) => {
          const bytes = sizeBytes > MAX_OWNER_PLAY_BYTES ? null : await readAll(objects, key);
          return bytes === null ? null : parsedJson(TapeInputs, bytes.toString('utf8'));
        }),
      );
      return read.filter((inputs) => inputs !== null);
    },

    /** Keeps what a game threw on its owner's phone, in place of what was kept of the project. */
    noteErrors: async (
      project: ProjectPlace,
      gameTree: string,
      errors: readonly string[],
    ): Promise<void> => {
      await objects.put(errorsKey(project), Buffer.from(JSON.stringify({ gameTree, errors })));
    },

    /** Of exactly these files; none where nothing can be read. */
    readErrors: async (project: ProjectPlace, gameTree: string): Promise<string[]> => {
      const bytes = await readAll(objects, errorsKey(project));
      const kept = bytes && parsedJson(KeptErrors, bytes.toString('utf8'));
      return kept?.gameTree === gameTree ? kept.errors : [];
    },

    removeProject: async (project: ProjectPlace) =>
      removeBelow(objects, projectPrefix(KEPT, project)),
  };
}

/** Without the last tapes where all are too large: each stands for itself. */
function packed(tapes: TapeSet): Buffer {
  const json = Buffer.from(JSON.stringify(tapes));
  const bytes = gzipSync(json);
  const isFit = json.length <= MAX_READ_BYTES && bytes.length <= MAX_BYTES;
  return isFit || tapes.tapes.length === 0
    ? bytes
    : packed({ ...tapes, tapes: tapes.tapes.slice(0, -1) });
}

function unpacked(bytes: Buffer): TapeSet | null {
  try {
    const text = gunzipSync(bytes, { maxOutputLength: MAX_READ_BYTES }).toString('utf8');
    return parsedJson(TapeSet, text);
  } catch {
    return null;
  }
}

const keyOf = (prefix: string, project: ProjectPlace, gameTree: string): string =>
  `${placeOf(prefix, project, gameTree)}.json.gz`;

const errorsKey = (project: ProjectPlace): string => `${projectPrefix(KEPT, project)}errors`;

const ownerFolder = (project: ProjectPlace, gameTree: string): string =>
  `${placeOf(KEPT, project, gameTree)}/`;

function placeOf(prefix: string, project: ProjectPlace, gameTree: string): string {
  if (!GameTree.safeParse(gameTree).success)
    throw new AppError('PATH_ESCAPE', 'not the name of the files of a game');
  return `${projectPrefix(prefix, project)}${gameTree}`;
}
