import { Router, type Request, type Response } from 'express';
import { CALLBACK_CALL_HEADER } from '../../contracts/callback.js';
import { parseCallId } from '../../contracts/ids.js';
import { RECORDING_LIMIT } from '../../contracts/recording.js';
import type { JobRow } from '../../contracts/rows.js';
import { readTraceparent, TRACEPARENT_HEADER } from '../../contracts/traces.js';
import { RECENT_MS } from '../../stream/recent-rows.js';
import type { Recordings } from '../../objects/recordings.js';
import type { AssetFiles } from '../../store/files/asset-files.js';
import { inSpan } from '../../telemetry/tracing.js';
import { boundedBody, BodyRefused, toldBytes } from '../http/body-limits.js';
import { refuseForNow, refuseSignature, type BadSignatures } from './refusals.js';
import { readSignature } from './signed.js';

export interface RecordingDeps extends BadSignatures {
  readonly masterSecrets: readonly string[];
  readonly recordings: Pick<Recordings, 'keep' | 'removeProject'>;
  /** Where a body lies until it is known to be what was signed. */
  readonly files: Pick<AssetFiles, 'receive' | 'read' | 'discard'>;
  /** The row as of at most `maxAgeMs` ago (0). */
  readonly job: (jobId: string, maxAgeMs?: number) => Promise<JobRow | null>;
}

type Call = { jobId: string; attempt: number };

/**
 * `POST /callback/:jobId/recording`: what a run leaves to be looked at, gzip, signed with the key
 * of its call (C2, E8). Answers 200, 410 for a job that is gone or cancelled or an attempt that it
 * never made, 401, 403, 413, 429 and 503. The signature is looked at first; a job that wants none
 * is asked for before the body is read.
 */
export function recordingRouter(deps: RecordingDeps): Router {
  return Router().post('/callback/:jobId/recording', (req, res) => receive(deps, req, res));
}

async function receive(deps: RecordingDeps, request: Request, response: Response): Promise<void> {
  const callId = request.get(CALLBACK_CALL_HEADER) ?? '';
  const call = parseCallId(callId);
  if (!call || call.jobId !== request.params['jobId'])
    return void response.status(403).json({ error: 'Not this job' });
  const signature = readSignature(deps.masterSecrets, request, Date.now());
  if (signature === null) return refuseSignature(deps, request, response);
  if ((toldBytes(request) ?? 0) > RECORDING_LIMIT) throw new BodyRefused(413);
  if (signature.callId === null) {
    // Who sends the form before is known behind the body: until then it counts as a wrong one.
    const retryAfterS = await deps.countBad(request.ip ?? '');
    if (retryAfterS !== null)
      return refuseForNow(response, 429, 'Too many wrong signatures', retryAfterS);
  }
  const early = signature.callId === null ? null : await rowOf(deps, call, response);
  if (signature.callId !== null && early === null) return;
  const part = await deps.files.receive(boundedBody(request, RECORDING_LIMIT));
  try {
    const { bytes } = await deps.files.read(part);
    if (!signature.covers(callId, bytes)) return await refuseSignature(deps, request, response);
    const row = early ?? (await rowOf(deps, call, response));
    if (row) await keep(deps, request, response, { row, attempt: call.attempt, bytes });
  } finally {
    await deps.files.discard(part.path);
  }
}

/** The row of a job that a recording of this call is kept for; null after a refusal. */
async function rowOf(
  { job }: RecordingDeps,
  { jobId, attempt }: Call,
  response: Response,
): Promise<JobRow | null> {
  try {
    for (const maxAgeMs of [RECENT_MS, 0]) {
      const row = await job(jobId, maxAgeMs);
      if (row && row.status !== 'cancelled' && attempt <= row.attempt) return row;
    }
    response.status(410).json({ kept: false });
  } catch {
    refuseForNow(response, 503, 'Unavailable');
  }
  return null;
}

/** What was written for a project that was deleted meanwhile, its jobs with it, is removed (F2). */
async function keep(
  { recordings, job }: RecordingDeps,
  request: Request,
  response: Response,
  { row, attempt, bytes }: { row: JobRow; attempt: number; bytes: Buffer },
): Promise<void> {
  const projectId = row.project_id;
  const work = { jobId: row.id, attempt };
  const parent = readTraceparent(request.get(TRACEPARENT_HEADER));
  try {
    const kept = await inSpan({ layer: 'callback', kind: 'recording', parent, work }, async () => {
      await recordings.keep({ projectId, ...work }, bytes);
      const isThere = (await job(row.id)) !== null;
      if (!isThere) await recordings.removeProject(projectId);
      return isThere;
    });
    response.status(kept ? 200 : 410).json({ kept });
  } catch {
    refuseForNow(response, 503, 'Unavailable');
  }
}
