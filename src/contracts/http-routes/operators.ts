import { z } from 'zod';
import { uuidOf } from '../base/ids.js';
import * as operators from '../rows/operators.js';
import { JobRerun } from '../durable/rerun.js';
import { failures, routes } from './route.js';

const ofJob = <const P extends string>(rest: P) =>
  ({ path: `/api/ops/jobs/:jobId${rest}`, params: z.object({ jobId: uuidOf('job') }) }) as const;
const ofGame = <const P extends string>(rest: P) =>
  ({
    path: `/api/ops/games/:gameId${rest}`,
    params: z.object({ gameId: uuidOf('game') }),
  }) as const;

const LOOK = { guard: 'operator', rate: 'reads' } as const;
const ACT = { method: 'post', guard: 'operator', rate: 'writes' } as const;

/** For operators alone. Each act is written to the audit log before it is done. */
export const OPERATOR_ROUTES = routes('operators', {
  listWork: {
    path: '/api/ops/jobs',
    summary: 'Jobs and actions of everybody, the newest first',
    ...LOOK,
    query: operators.WorkQuery,
    answers: { 200: operators.WorkList, ...failures(400) },
  },
  workDetail: {
    ...ofJob(''),
    summary: 'One of them: account, play, recordings, reruns, where to go on',
    ...LOOK,
    answers: { 200: operators.WorkDetail, ...failures(400, 404) },
  },
  cancelWork: {
    ...ACT,
    ...ofJob('/cancel'),
    summary: 'Stop it as its owner does',
    body: operators.ActBody,
    answers: { 200: operators.WorkCancelled, ...failures(400, 404) },
  },
  rerunWork: {
    ...ACT,
    ...ofJob('/rerun'),
    summary: "Have a job done once more, `from` a step on, in the operator's name, in a copy",
    body: operators.RerunBody,
    answers: { 200: JobRerun, ...failures(400, 404, 409) },
  },
  readRecording: {
    ...ACT,
    ...ofJob('/recordings/:attempt'),
    summary: 'The recording of an attempt, gzip',
    body: operators.ActBody,
    answers: { 200: '*/*', ...failures(400, 404) },
  },
  listPublications: {
    path: '/api/ops/games',
    summary: 'Published games, and those that were taken down, the newest first',
    ...LOOK,
    query: operators.PublicationsQuery,
    answers: { 200: operators.PublicationList, ...failures(400) },
  },
  takeDown: {
    ...ACT,
    ...ofGame('/take-down'),
    summary: 'From now on it is as if unpublished; its maker is notified of the reason',
    body: operators.ActBody,
    answers: { 200: operators.PublicationMoved, ...failures(400, 404) },
  },
  putBack: {
    ...ACT,
    ...ofGame('/put-back'),
    summary: 'It is what its maker has published again',
    body: operators.ActBody,
    answers: { 200: operators.PublicationMoved, ...failures(400, 404) },
  },
  operatorHealth: {
    path: '/api/ops/health',
    summary: 'Queues, slots, breaker, budget, Volumes, alerts, and the jobs of 14 days',
    ...LOOK,
    answers: { 200: operators.Health },
  },
  listAudit: {
    path: '/api/ops/audit',
    summary: 'What operators did and why, the newest first',
    ...LOOK,
    query: operators.AuditQuery,
    answers: { 200: operators.AuditList, ...failures(400) },
  },
});
