import { absentVersionAs } from '../../versions/kept/versions.js';
import { recordingPart } from '../archive/format.js';
import { importedParcel, orImported, readPart } from '../archive/imported.js';
import { readKept, readRecording, readRecordings } from '../jobs/left.js';
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
  const { recordings, read, versions } = await findRecordings(id, envFile);
  const wanted = recordings.find((each) => each.attempt === attempt) ?? recordings.at(-1);
  if (wanted === undefined || (attempt !== undefined && wanted.attempt !== attempt)) {
    const known = recordings.map((each) => each.attempt).join(', ');
    throw new Error(`There is no such recording of ${id} here; attempts: ${known || 'none'}.`);
  }
  const bytes = await read(wanted.attempt);
  if (bytes === null) throw new Error(`The recording of attempt ${wanted.attempt} is gone.`);
  return { recorded: parseRecording(await recordingText(bytes)), versions };
}

interface Found {
  readonly recordings: readonly ShownRecording[];
  readonly read: (attempt: number) => Promise<Buffer | null>;
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
      const read = (attempt: number) => readPart(DATA_DIR, id, recordingPart(attempt));
      return { recordings, read, versions: { parcel, kept } };
    },
  );
}

async function recordingsHere(id: string, envFile: string | undefined): Promise<Found> {
  const running = await openRunningStore(envFile);
  const { store, objects, versions } = running;
  const job = await store.jobs.get(id);
  if (job === null) throw new Error(`No job has the id ${id}.`);
  const { project_id: projectId } = job;
  const left = { id, project_id: projectId };
  const parcel = (revision: string) =>
    versions.parcel({ projectId, revision, workId: id }).catch(absentVersionAs(null));
  return {
    recordings: await readRecordings(running, left),
    read: (attempt) => readRecording(objects, left, attempt),
    versions: { parcel, kept: await readKept(versions, left) },
  };
}
