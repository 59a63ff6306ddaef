import type { Request } from 'express';
import type { z } from 'zod';
import { CALLBACK_CALL_HEADER } from '../../contracts/wire/callback.js';
import { parseCallId } from '../../contracts/base/ids.js';
import type { CALLBACK_ROUTES } from '../../contracts/http-routes/callbacks.js';
import { RECORDING_LIMIT, type RecordingAnswer } from '../../contracts/execution/recording.js';
import type { JobRow } from '../../contracts/rows/rows.js';
import { readTraceparent, TRACEPARENT_HEADER } from '../../contracts/durable/traces.js';
import { RECENT_MS } from '../../stream/recent-rows.js';
import type { Recordings } from '../../objects/recordings.js';
import type { ReceivedFiles } from '../../disk/received-files.js';
import { inSpan } from '../../telemetry/tracing.js';
import { boundedBody, BodyRefused, toldBytes } from '../http/body-limits.js';
import type { Call } from '../http/mount.js';
import { Refusal, refusal, refusedForNow } from '../http/refusal.js';
import { badSignature, TOO_MANY, type SignatureDeps } from './signed.js';

export interface RecordingDeps extends Pick<SignatureDeps, 'countBad'> {
  readonly recordings: Pick<Recordings, 'keep' | 'removeProject'>;
  /** Where a body lies until it is known to be what was signed. */
  readonly files: Pick<ReceivedFiles, 'receive' | 'read' | 'discard'>;
  /** The row as of at most `maxAgeMs` ago (0). */
  readonly job: (jobId: string, maxAgeMs?: number) => Promise<JobRow | null>;
}

/**
 * `POST /callback/:jobId/recording`: the recording of a run, gzip, signed with the key of its call
 * (C2, E8). Answers 200, 410 for a job that is gone or cancelled or an attempt that it never made,
 * 401, 403, 413, 429 and 503. The row of the job is read before the body.
 */
export async function takeRecording(
  deps: RecordingDeps,
  { req, params, signature }: Call<(typeof CALLBACK_ROUTES)['takeRecording']>,
): Promise<z.input<typeof RecordingAnswer>> {
  const callId = req.get(CALLBACK_CALL_HEADER) ?? '';
  const call = parseCallId(callId);
  if (call?.jobId !== params.jobId) throw refusal(403, 'Not this job');
  if ((toldBytes(req) ?? 0) > RECORDING_LIMIT) throw new BodyRefused(413);
  if (signature.callId === null) {
    // The body alone shows who signed the older form: until then it counts as a wrong one.
    const retryAfterS = await deps.countBad(req.ip ?? '');
    if (retryAfterS !== null) throw refusedForNow(429, TOO_MANY, retryAfterS);
  }
  const early = signature.callId === null ? null : await rowOf(deps, call);
  const part = await deps.files.receive(boundedBody(req, RECORDING_LIMIT));
  try {
    const { bytes } = await deps.files.read(part);
    if (!signature.covers(callId, bytes)) throw await badSignature(deps, req);
    const row = early ?? (await rowOf(deps, call));
    return await keep(deps, req, { row, attempt: call.attempt, bytes });
  } finally {
    await deps.files.discard(part.path);
  }
}

const unavailable = (): never => {
  throw refusedForNow(503, 'Unavailable');
};

/** The row of the job that a recording of this call is kept for. */
async function rowOf(
  { job }: RecordingDeps,
  { jobId, attempt }: { jobId: string; attempt: number },
): Promise<JobRow> {
  for (const maxAgeMs of [RECENT_MS, 0]) {
    const row = await job(jobId, maxAgeMs).catch(unavailable);
    if (row && row.status !== 'cancelled' && attempt <= row.attempt) return row;
  }
  throw new Refusal(410, { kept: false });
}

/** What was written for a project that was deleted meanwhile, its jobs with it, is removed (F2). */
async function keep(
  { recordings, job }: RecordingDeps,
  request: Request,
  { row, attempt, bytes }: { row: JobRow; attempt: number; bytes: Buffer },
): Promise<z.input<typeof RecordingAnswer>> {
  const projectId = row.project_id;
  const work = { jobId: row.id, attempt };
  const parent = readTraceparent(request.get(TRACEPARENT_HEADER));
  const kept = await inSpan({ layer: 'callback', kind: 'recording', parent, work }, async () => {
    await recordings.keep({ projectId, ...work }, bytes);
    const isThere = (await job(row.id)) !== null;
    if (!isThere) await recordings.removeProject(projectId);
    return isThere;
  }).catch(unavailable);
  if (!kept) throw new Refusal(410, { kept });
  return { kept };
}
