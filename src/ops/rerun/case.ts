import { readFile } from 'node:fs/promises';
import { createMirror } from '../../store/mirror/mirror.js';
import { importedRepository, orImported } from '../archive/imported.js';
import { readRecordings } from '../jobs/left.js';
import type { ShownRecording } from '../jobs/shown.js';
import { recordingText } from '../recording-text.js';
import { openRunningStore } from '../running-store.js';
import { readSettings } from '../settings.js';
import { parseRecording, type Recorded } from './recording.js';

/** One recorded attempt, and the repository that has what it started from. */
export interface RecordedCase {
  readonly recorded: Recorded;
  readonly repository: string;
}

/** The recorded attempt (the last one) of a job that ran here or was imported. */
export async function findCase(
  id: string,
  attempt: number | undefined,
  envFile: string | undefined,
): Promise<RecordedCase> {
  const { recordings, repository } = await findRecordings(id, envFile);
  const wanted = recordings.find((each) => each.attempt === attempt) ?? recordings.at(-1);
  if (wanted === undefined || (attempt !== undefined && wanted.attempt !== attempt)) {
    const known = recordings.map((each) => each.attempt).join(', ');
    throw new Error(`There is no such recording of ${id} here; attempts: ${known || 'none'}.`);
  }
  const recorded = parseRecording(await recordingText(await readFile(wanted.file)));
  return { recorded, repository };
}

async function findRecordings(
  id: string,
  envFile: string | undefined,
): Promise<{ recordings: readonly ShownRecording[]; repository: string }> {
  const { DATA_DIR } = readSettings(envFile).config;
  return orImported(
    DATA_DIR,
    id,
    () => recordingsHere(id, envFile),
    ({ shown: { recordings } }) => ({ recordings, repository: importedRepository(DATA_DIR, id) }),
  );
}

async function recordingsHere(id: string, envFile: string | undefined) {
  const { store, config } = await openRunningStore(envFile);
  const job = await store.jobs.get(id);
  if (job === null) throw new Error(`No job has the id ${id}.`);
  const { user_id, project_id } = job;
  return {
    recordings: await readRecordings(config.DATA_DIR, { id, user_id, project_id }),
    repository: createMirror(config.DATA_DIR).place(user_id, project_id),
  };
}
