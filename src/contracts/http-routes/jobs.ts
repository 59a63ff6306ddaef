import * as answer from '../http.js';
import { failures, OF_PROJECT, project, type HttpRoute } from './route.js';

/** Jobs: the rows of chat messages. */
export const JOB_ROUTES: readonly HttpRoute[] = [
  {
    method: 'get',
    path: '/api/jobs/:jobId',
    tag: 'jobs',
    summary: 'A job of the caller',
    guard: 'jobOwner',
    rate: 'reads',
    answers: { 200: answer.JobAnswer, ...failures(400, 403, 404) },
  },
  {
    method: 'post',
    path: '/api/jobs/:jobId/cancel',
    tag: 'jobs',
    summary: 'Stop a job',
    guard: 'jobOwner',
    rate: 'writes',
    answers: { 200: answer.JobCancelled, ...failures(400, 403, 404) },
  },
  {
    method: 'get',
    path: project('/active-job'),
    tag: 'jobs',
    summary: 'The job that is open in a project',
    guard: 'projectOwner',
    rate: 'reads',
    answers: { 200: answer.JobOrNone, ...OF_PROJECT },
  },
  {
    method: 'get',
    path: project('/jobs'),
    tag: 'jobs',
    summary: 'Jobs of a project, newest first',
    guard: 'projectOwner',
    rate: 'reads',
    query: {
      limit: 'at most so many; 20 when absent, zero or no number; a negative one means none',
    },
    answers: { 200: answer.JobList, ...OF_PROJECT },
  },
];
