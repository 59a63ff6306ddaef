import { readFile } from 'node:fs/promises';
import { AppError } from '../../contracts/base/errors.js';
import { importedParcel, orImported } from '../archive/imported.js';
import { readKept, readRecordings } from '../jobs/left.js';
import type { KeptWork, ShownRecording } from '../jobs/shown.js';
import { recordingText } from '../recording-text.js';
import { openRunningStore } from '../running-store.js';
import { readSettings } from '../settings.js';
import { parseRecording, type Recorded } from './recording.js';

/** Versions that a job started from or left, as far as they are here. */
export interface CaseVersions {
  /** A version whole; null = it is not here. */
  readonly parcel: (revision: string) => Promise<Buffer | null>;
  readonly kept: readonly KeptWork[];
}

/** One recorded attempt, and the versions of its job. */
export interface RecordedCase {
  readonly recorded: Recorded;
  readonly versions: CaseVersions;
}

/** The recorded attempt (the last one) of a job that ran here or was imported. */
export async function findCase(
  id: string,
  attempt: number | undefined,
  envFile: string | undefined,
): Promise<RecordedCase> {
  const { recordings, versions } = await findRecordings(id, envFile);
  const wanted = recordings.find((each) => each.attempt === attempt) ?? recordings.at(-1);
  if (wanted === undefined || (attempt !== undefined && wanted.attempt !== attempt)) {
    const known = recordings.map((each) => each.attempt).join(', ');
    throw new Error(`There is no such recording of ${id} here; attempts: ${known || 'none'}.`);
  }
  const recorded = parseRecording(await recordingText(await readFile(wanted.file)));
  return { recorded, versions };
}

interface Found {
  readonly recordings: readonly ShownRecording[];
  readonly versions: CaseVersions;
}

async function findRecordings(id: string, envFile: string | undefined): Promise<Found> {
  const { DATA_DIR } = readSettings(envFile).config;
  return orImported(
    DATA_DIR,
    id,
    () => recordingsHere(id, envFile),
    ({ shown: { recordings, kept } }) => {
      const parcel = (revision: string) => importedParcel(DATA_DIR, id, revision);
      return { recordings, versions: { parcel, kept } };
    },
  );
}

async function recordingsHere(id: string, envFile: string | undefined): Promise<Found> {
  const { store, versions, config } = await openRunningStore(envFile);
  const job = await store.jobs.get(id);
  if (job === null) throw new Error(`No job has the id ${id}.`);
  const { project_id: projectId } = job;
  const parcel = (revision: string) =>
    versions.parcel({ projectId, revision, workId: id }).catch((error: unknown) => {
      if (error instanceof AppError && error.kind.startsWith('Revision')) return null;
      throw error;
    });
  return {
    recordings: await readRecordings(config.DATA_DIR, { id, project_id: projectId }),
    versions: { parcel, kept: await readKept(versions, { id, project_id: projectId }) },
  };
}
