import { randomUUID } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { messageOf } from '../../contracts/base/errors.js';
import { absentAs } from '../../disk/absent.js';
import { keepFile, placeFolder } from '../../disk/durable-files.js';
import { isUuid } from '../../contracts/base/ids.js';
import { KEEP_REMOVED_MS } from '../../contracts/base/retention.js';
import { importsFolder, removeOldImports } from '../../store/files/imports.js';
import { verifyParcel } from '../../versions/format/verify.js';
import { ArchivedJob, PARTS, recordingPart, versionPart } from './format.js';
import { ArchiveRefused, type Parts } from './tar.js';

/** Where the parts of an imported job lie. */
export function importFolder(dataDir: string, id: string): string {
  if (!isUuid(id)) throw new Error('It is not an id.');
  return path.join(importsFolder(dataDir), id.toLowerCase());
}

/** A version of an imported job, whole, as a parcel; null when it is not among the parts. */
export function importedParcel(
  dataDir: string,
  id: string,
  revision: string,
): Promise<Buffer | null> {
  return readPart(dataDir, id, versionPart(revision));
}

/** One part of an imported job; null when it is not among them. */
export const readPart = async (dataDir: string, id: string, name: string): Promise<Buffer | null> =>
  readFile(path.join(importFolder(dataDir, id), name)).catch(absentAs(null));

/** What was imported of a job, with its parts where they lie here; null when nothing was. */
export async function readImported(dataDir: string, id: string): Promise<ArchivedJob | null> {
  const bytes = await readPart(dataDir, id, PARTS.job.name);
  if (bytes === null) return null;
  const job = ArchivedJob.parse(JSON.parse(bytes.toString('utf8')));
  const folder = importFolder(dataDir, id);
  return {
    ...job,
    shown: {
      ...job.shown,
      recordings: job.shown.recordings.map((recording) => ({
        ...recording,
        file: path.join(folder, recordingPart(recording.attempt)),
      })),
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
    await assertVersions(job, parts);
    for (const [name, bytes] of parts) await keepFile(path.join(draft, name), bytes);
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

/** Each version that it names is there, whole, and no other. */
async function assertVersions({ versions }: ArchivedJob, parts: Parts): Promise<void> {
  const named = new Set<string>(versions.map(versionPart));
  for (const revision of versions) {
    const bytes = parts.get(versionPart(revision));
    if (bytes === undefined) throw new ArchiveRefused(`it does not hold ${revision}`);
    await verifyParcel(bytes, revision).catch((error: unknown) => {
      throw new ArchiveRefused(`${versionPart(revision)}: ${messageOf(error)}`);
    });
  }
  const strange = [...parts.keys()].find(
    (name) => name.startsWith('versions/') && !named.has(name),
  );
  if (strange !== undefined) throw new ArchiveRefused(`it does not name ${strange}`);
}
