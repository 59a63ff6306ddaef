import express, { type NextFunction, type Request, type Response, type Router } from 'express';
import { parseCallId } from '../../contracts/ids.js';
import { RECORDING_CALL_HEADER, RECORDING_LIMIT } from '../../contracts/recording.js';
import type { JobRow } from '../../contracts/rows.js';
import { readTraceparent, TRACEPARENT_HEADER } from '../../contracts/traces.js';
import type { Recordings } from '../../objects/recordings.js';
import { inSpan } from '../../telemetry/tracing.js';
import { isSigned } from './signed.js';

export interface RecordingDeps {
  readonly masterSecrets: readonly string[];
  readonly recordings: Pick<Recordings, 'keep' | 'removeProject'>;
  readonly job: (jobId: string) => Promise<JobRow | null>;
  readonly isProjectThere: (projectId: string) => Promise<boolean>;
}

interface Sender {
  readonly callId: string;
  readonly attempt: number;
  readonly row: JobRow;
}

/**
 * `POST /callback/:jobId/recording`: what a run leaves to be looked at, gzip, signed with the key
 * of its call (C2, E8). Answers 200, 410 for a job that is gone or cancelled or an attempt that it
 * never made, 401, 403, 413 and 503. Before the body is read the call has to be one of a job.
 */
export function recordingRouter(deps: RecordingDeps): Router {
  const router = express.Router();
  const readRaw = express.raw({ type: () => true, limit: RECORDING_LIMIT, inflate: false });
  router.post(
    '/callback/:jobId/recording',
    (request, response, next) => admit(deps, request, response, next),
    readRaw,
    (request, response) => keep(deps, request, response),
  );
  return router;
}

async function admit(
  { job }: RecordingDeps,
  request: Request,
  response: Response,
  next: NextFunction,
): Promise<void> {
  const callId = request.get(RECORDING_CALL_HEADER) ?? '';
  const call = parseCallId(callId);
  if (!call || call.jobId !== request.params['jobId'])
    return void response.status(403).json({ error: 'Not this job' });
  const row = await job(call.jobId).catch(() => 'away' as const);
  if (row === 'away')
    return void response.status(503).set('Retry-After', '1').json({ error: 'Unavailable' });
  if (row === null || row.status === 'cancelled' || call.attempt > row.attempt)
    return void response.status(410).json({ kept: false });
  response.locals['sender'] = { callId, attempt: call.attempt, row } satisfies Sender;
  next();
}

/** What was written for a project that went away meanwhile goes with it (F2). */
async function keep(
  { masterSecrets, recordings, isProjectThere }: RecordingDeps,
  request: Request,
  response: Response,
): Promise<void> {
  const { callId, attempt, row } = response.locals['sender'] as Sender;
  const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  if (!isSigned(masterSecrets, callId, request, bytes, Date.now()))
    return void response.status(401).json({ error: 'Wrong signature' });
  const projectId = row.project_id;
  const work = { jobId: row.id, attempt };
  const parent = readTraceparent(request.get(TRACEPARENT_HEADER));
  try {
    const kept = await inSpan({ layer: 'callback', kind: 'recording', parent, work }, async () => {
      await recordings.keep({ projectId, ...work }, bytes);
      const isThere = await isProjectThere(projectId);
      if (!isThere) await recordings.removeProject(projectId);
      return isThere;
    });
    response.status(kept ? 200 : 410).json({ kept });
  } catch {
    response.status(503).set('Retry-After', '1').json({ error: 'Unavailable' });
  }
}
