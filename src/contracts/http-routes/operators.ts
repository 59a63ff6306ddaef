import * as operators from '../operators.js';
import { JobRerun } from '../rerun.js';
import { failures, type HttpRoute } from './route.js';

const PAGE = {
  skip: 'so many come before this page',
  limit: 'at most so many: 1 to 100, 50 when absent',
};
const ofJob = (rest = '') => `/api/ops/jobs/:jobId${rest}`;

/** For operators alone. Each act is written to the audit log before it is done. */
export const OPERATOR_ROUTES: readonly HttpRoute[] = [
  {
    method: 'get',
    path: '/api/ops/jobs',
    tag: 'operators',
    summary: 'Jobs and actions of everybody, the newest first',
    guard: 'operator',
    rate: 'reads',
    query: {
      user: 'id or address',
      state: '`open` or one of the states',
      kind: '`generate` for jobs, or a kind of action',
      step: 'the one that a job came to last',
      backend: 'where it was done last',
      failure: 'kind of what went wrong last',
      since: 'made since: 30m, 12h, 7d',
      age: 'made longer ago than: 10m, 2h',
      ...PAGE,
    },
    answers: { 200: operators.WorkList, ...failures(400) },
  },
  {
    method: 'get',
    path: ofJob(),
    tag: 'operators',
    summary: 'One of them: account, play, recordings, reruns, where to go on',
    guard: 'operator',
    rate: 'reads',
    answers: { 200: operators.WorkDetail, ...failures(400, 404) },
  },
  {
    method: 'post',
    path: ofJob('/cancel'),
    tag: 'operators',
    summary: 'Stop it as its owner does',
    guard: 'operator',
    rate: 'writes',
    body: operators.ActBody,
    answers: { 200: operators.WorkCancelled, ...failures(400, 404) },
  },
  {
    method: 'post',
    path: ofJob('/rerun'),
    tag: 'operators',
    summary: "Have a job done once more, in the operator's name, in a copy of the project",
    guard: 'operator',
    rate: 'writes',
    body: operators.ActBody,
    answers: { 200: JobRerun, ...failures(400, 404, 409) },
  },
  {
    method: 'post',
    path: ofJob('/recordings/:attempt'),
    tag: 'operators',
    summary: 'The recording of an attempt, gzip',
    guard: 'operator',
    rate: 'writes',
    body: operators.ActBody,
    answers: { 200: '*/*', ...failures(400, 404) },
  },
  {
    method: 'get',
    path: '/api/ops/audit',
    tag: 'operators',
    summary: 'What operators did and why, the newest first',
    guard: 'operator',
    rate: 'reads',
    query: PAGE,
    answers: { 200: operators.AuditList, ...failures(400) },
  },
];
