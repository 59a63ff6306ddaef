import { randomUUID } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { messageOf } from '../../contracts/base/errors.js';
import { absentAs } from '../../disk/absent.js';
import { keepFile, placeFolder } from '../../disk/durable-files.js';
import { isUuid } from '../../contracts/base/ids.js';
import { KEEP_REMOVED_MS } from '../../contracts/base/retention.js';
import { bundleFetch } from '../../git/bundle.js';
import { initBare } from '../../git/refs.js';
import { importsFolder, removeOldImports } from '../../store/files/imports.js';
import { ArchivedJob, PARTS, recordingPart } from './format.js';
import { ArchiveRefused, type Parts } from './tar.js';

const REPOSITORY = 'repo.git';
const REF =
  /^refs\/(?:archive\/(?:parent|version)|failed\/[0-9a-f-]{36}|jobs\/[0-9a-f-]{36}\/\d+)$/;

/** Where the parts of an imported job lie; the repository of its commits is among them. */
export function importFolder(dataDir: string, id: string): string {
  if (!isUuid(id)) throw new Error('It is not an id.');
  return path.join(importsFolder(dataDir), id.toLowerCase());
}

/** The repository with the commits of an imported job. */
export function importedRepository(dataDir: string, id: string): string {
  return path.join(importFolder(dataDir, id), REPOSITORY);
}

/** One part of an imported job; null when it is not among them. */
export async function readPart(dataDir: string, id: string, name: string): Promise<Buffer | null> {
  return readFile(path.join(importFolder(dataDir, id), name)).catch(absentAs(null));
}

/** What was imported of a job, with its parts where they lie here; null when nothing was. */
export async function readImported(dataDir: string, id: string): Promise<ArchivedJob | null> {
  const bytes = await readPart(dataDir, id, PARTS.job.name);
  if (bytes === null) return null;
  const job = ArchivedJob.parse(JSON.parse(bytes.toString('utf8')));
  const folder = importFolder(dataDir, id);
  const repository = importedRepository(dataDir, id);
  return {
    ...job,
    shown: {
      ...job.shown,
      recordings: job.shown.recordings.map((recording) => ({
        ...recording,
        file: path.join(folder, recordingPart(recording.attempt)),
      })),
      kept: job.shown.kept.map((commit) => ({ ...commit, repository })),
      missing: [...job.shown.missing, `this is an import, exported ${job.exportedAt}`],
    },
  };
}

/** `here`; when that fails, `from` an import of the job. The original precedes its copy. */
export async function orImported<T>(
  dataDir: string,
  id: string,
  here: () => Promise<T>,
  from: (imported: ArchivedJob) => T,
): Promise<T> {
  const imported = await readImported(dataDir, id);
  return here().catch((error: unknown) => {
    if (imported === null) throw error;
    return from(imported);
  });
}

/**
 * Puts the parts of an archive below `DATA_DIR/imports`, in place of an earlier import of the same
 * job, and removes imports that are older than two weeks. Throws {@link ArchiveRefused} when the
 * parts do not belong together; nothing is left then.
 */
export async function placeParts(dataDir: string, parts: Parts): Promise<ArchivedJob> {
  const job = readJobPart(parts);
  const draft = path.join(importsFolder(dataDir), `.${randomUUID()}.part`);
  try {
    for (const [name, bytes] of parts)
      if (name !== PARTS.bundle.name) await keepFile(path.join(draft, name), bytes);
    await fetchCommits(draft, job, parts.get(PARTS.bundle.name));
    const folder = importFolder(dataDir, job.id);
    await rm(folder, { recursive: true, force: true });
    await placeFolder(draft, folder);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  await removeOldImports(dataDir, KEEP_REMOVED_MS);
  return job;
}

function readJobPart(parts: Parts): ArchivedJob {
  const text = parts.get(PARTS.job.name)?.toString('utf8');
  if (text === undefined) throw new ArchiveRefused(`it has no ${PARTS.job.name}`);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new ArchiveRefused(`${PARTS.job.name} is not JSON`);
  }
  const read = ArchivedJob.safeParse(json);
  if (!read.success) {
    const { path: where = [], message = '' } = read.error.issues[0] ?? {};
    throw new ArchiveRefused(`${PARTS.job.name}: ${where.join('.')}: ${message}`);
  }
  if (read.data.shown.work.id !== read.data.id)
    throw new ArchiveRefused('it tells of another job than it names');
  return read.data;
}

/** Git checks each object; the names of commits are ours. */
async function fetchCommits(
  folder: string,
  { commits }: ArchivedJob,
  bundle: Buffer | undefined,
): Promise<void> {
  const file = path.join(folder, PARTS.bundle.name);
  if (bundle === undefined) return;
  await keepFile(file, bundle);
  const repo = await initBare(path.join(folder, REPOSITORY));
  try {
    for (const [incoming, want] of Object.entries(commits)) {
      if (!REF.test(incoming)) throw new ArchiveRefused(`it names a commit ${incoming}`);
      await bundleFetch(repo, { file, want, incoming });
    }
  } catch (error) {
    if (error instanceof ArchiveRefused) throw error;
    throw new ArchiveRefused(messageOf(error));
  }
  await rm(file);
}
