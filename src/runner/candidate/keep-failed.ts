import { writeFile } from 'node:fs/promises';
import { AppError } from '../../contracts/base/errors.js';
import { CANDIDATE_TRAILERS, FAILED_TRAILERS } from '../../contracts/execution/candidate.js';
import type { GenerateInput } from '../../contracts/execution/runner.js';
import { encodeVersion } from '../../versions/format/encode.js';
import type { Parcel } from '../../versions/format/parcel.js';
import { changedSince, readWork, type WorkHashes } from '../work-folder.js';

type Job = Pick<GenerateInput, 'jobId' | 'attempt' | 'parent' | 'userText' | 'failedFile'>;

const SUBJECT_CHARS = 120;

/**
 * Writes what a run that failed has in its work folder, unchecked, as a version object to its
 * `failedFile` (E4). Nothing is kept of a run that was stopped, that changed nothing, or whose
 * files no version may hold. Returns the revision, or null.
 */
export async function keepFailed(
  { jobId, attempt, parent, userText, failedFile }: Job,
  parcel: Parcel | null,
  work: { readonly folder: string; readonly before: WorkHashes },
  error: unknown,
): Promise<string | null> {
  const kind = error instanceof AppError ? error.kind : 'OPERATION_FAILED';
  if (kind === 'RunCancelled' || kind === 'RunSuperseded') return null;
  const { files } = await readWork(work.folder);
  const isSame = files.length === work.before.size && changedSince(work.before, files).length === 0;
  if (isSame) return null;
  const message = {
    subject: `unchecked, ${kind}: ${userText}`.slice(0, SUBJECT_CHARS),
    trailers: {
      [CANDIDATE_TRAILERS.job]: jobId,
      [FAILED_TRAILERS.attempt]: String(attempt),
      [FAILED_TRAILERS.kind]: kind,
    },
  };
  const { bytes, manifest } = await encodeVersion(
    { parent, message, madeAt: new Date(), kept: [], files },
    parcel?.manifest.files,
  );
  await writeFile(failedFile, bytes, { mode: 0o600 });
  return manifest.revision;
}
