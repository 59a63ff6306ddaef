import * as answer from '../http.js';
import type { HttpRoute } from './route.js';

/** Health and the configuration that browsers need. */
export const SERVICE_ROUTES: readonly HttpRoute[] = [
  {
    method: 'get',
    path: '/api/health',
    tag: 'service',
    summary: 'Is the API alive?',
    guard: 'none',
    rate: 'files',
    answers: { 200: answer.Health },
  },
  {
    method: 'get',
    path: '/api/ready',
    tag: 'service',
    summary: 'Can a message be accepted now, and why not?',
    guard: 'none',
    rate: 'files',
    answers: { 200: answer.Ready, 503: answer.Ready },
  },
  {
    method: 'get',
    path: '/api/config',
    tag: 'service',
    summary: 'Where browsers sign in',
    guard: 'none',
    rate: 'reads',
    answers: { 200: answer.ConfigAnswer },
  },
];
