import { cut } from '../../contracts/base/cut.js';
import { writeFile } from 'node:fs/promises';
import { AppError } from '../../contracts/base/errors.js';
import {
  CANDIDATE_TRAILERS,
  FAILED_TRAILERS,
  PASSES,
} from '../../contracts/execution/candidate.js';
import type { GenerateInput } from '../../contracts/execution/runner.js';
import { encodeVersion } from '../../versions/format/encode.js';
import type { Parcel } from '../../versions/format/parcel.js';
import { checkFiles, leftWork, type Work } from './left-work.js';

type Job = Pick<
  GenerateInput,
  'jobId' | 'attempt' | 'parent' | 'round' | 'from' | 'userText' | 'failedFile'
>;

const SUBJECT_CHARS = 120;

/**
 * Writes what a run that failed has in its work folder as a version object to its `failedFile`
 * (E4), and whether it passes the check, for the next attempt. Nothing is kept of a run that was
 * stopped, that changed nothing, or whose files no version may hold. Returns the revision, or null.
 */
export async function keepFailed(
  { jobId, attempt, parent, round, from, userText, failedFile }: Job,
  parcel: Parcel | null,
  work: Work,
  error: unknown,
): Promise<string | null> {
  const kind = error instanceof AppError ? error.kind : 'OPERATION_FAILED';
  if (kind === 'RunCancelled' || kind === 'RunSuperseded') return null;
  const { files, isUntouched } = await leftWork(work, '');
  if (isUntouched) return null;
  const isGood = await checkFiles(files).then(
    () => true,
    () => false,
  );
  const message = {
    subject: cut(`unchecked, ${kind}: ${userText}`, SUBJECT_CHARS),
    trailers: {
      [CANDIDATE_TRAILERS.job]: jobId,
      [CANDIDATE_TRAILERS.round]: String(round),
      ...(from !== null && { [CANDIDATE_TRAILERS.from]: from }),
      [FAILED_TRAILERS.attempt]: String(attempt),
      [FAILED_TRAILERS.kind]: kind,
      ...(isGood && { [FAILED_TRAILERS.check]: PASSES }),
    },
  };
  const { bytes, manifest } = await encodeVersion(
    { parent, message, madeAt: new Date(), kept: [], files },
    parcel?.manifest.files,
  );
  await writeFile(failedFile, bytes, { mode: 0o600 });
  return manifest.revision;
}
