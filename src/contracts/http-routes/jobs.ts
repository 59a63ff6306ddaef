import * as answer from '../wire/http.js';
import { failures, OF_PROJECT, project, routes } from './route.js';

/** Jobs: the rows of chat messages. */
export const JOB_ROUTES = routes('jobs', {
  job: {
    path: '/api/jobs/:jobId',
    summary: 'A job of the caller',
    guard: 'jobOwner',
    rate: 'reads',
    answers: { 200: answer.JobAnswer, ...failures(400, 403, 404) },
  },
  cancelJob: {
    method: 'post',
    path: '/api/jobs/:jobId/cancel',
    summary: 'Stop a job',
    guard: 'jobOwner',
    rate: 'writes',
    answers: { 200: answer.JobCancelled, ...failures(400, 403, 404) },
  },
  activeJob: {
    path: project('/active-job'),
    summary: 'The job that is open in a project',
    guard: 'projectOwner',
    rate: 'reads',
    answers: { 200: answer.JobOrNone, ...OF_PROJECT },
  },
  listJobs: {
    path: project('/jobs'),
    summary: 'Jobs of a project, newest first',
    guard: 'projectOwner',
    rate: 'reads',
    query: answer.JobsQuery,
    answers: { 200: answer.JobList, ...OF_PROJECT },
  },
});
