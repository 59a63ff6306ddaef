import * as answer from '../http.js';
import { FILES_OF_PROJECT, OF_PROJECT, project, type HttpRoute } from './route.js';

/** Projects and what their owners take out of them. */
export const PROJECT_ROUTES: readonly HttpRoute[] = [
  {
    method: 'get',
    path: '/api/projects',
    tag: 'projects',
    summary: 'Own projects, the one touched last first',
    guard: 'user',
    rate: 'reads',
    query: {
      limit: 'so many, 1 to 100; without it all of them',
      after: '`next` of the page before',
    },
    answers: { 200: answer.ProjectList },
  },
  {
    method: 'get',
    path: project(''),
    tag: 'projects',
    summary: 'The raw row of an own project',
    guard: 'projectOwner',
    rate: 'reads',
    answers: { 200: answer.Project, ...OF_PROJECT },
  },
  {
    method: 'get',
    path: project('/code'),
    tag: 'projects',
    summary: 'index.html as JSON',
    guard: 'projectOwner',
    rate: 'reads',
    answers: { 200: answer.Code, ...FILES_OF_PROJECT },
  },
  {
    method: 'get',
    path: project('/ai-context'),
    tag: 'projects',
    summary: 'What the last change was about',
    guard: 'projectOwner',
    rate: 'reads',
    answers: { 200: answer.Context, ...FILES_OF_PROJECT },
  },
  {
    method: 'get',
    path: project('/download'),
    tag: 'projects',
    summary: 'The game as a zip that plays anywhere',
    guard: 'projectOwner',
    rate: 'reads',
    answers: { 200: 'application/zip', ...FILES_OF_PROJECT },
  },
  {
    method: 'get',
    path: project('/preview'),
    tag: 'projects',
    summary: 'index.html as stored; a token in the address leads to a signed path',
    guard: 'projectOwner',
    rate: 'reads',
    content: 'game',
    answers: {
      200: 'text/html',
      302: 'nothing',
      400: answer.Failure,
      404: [answer.Failure, 'text/html'],
      500: 'text/html',
      503: answer.Failure,
    },
  },
];
