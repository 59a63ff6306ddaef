import * as answer from '../wire/http.js';
import { routes } from './route.js';

/** Health and the configuration that browsers need. */
export const SERVICE_ROUTES = routes('service', {
  apiHealth: {
    method: 'get',
    path: '/api/health',
    summary: 'Is the API alive?',
    guard: 'none',
    rate: 'files',
    answers: { 200: answer.Health },
  },
  readiness: {
    method: 'get',
    path: '/api/ready',
    summary: 'Can a message be accepted now, and why not?',
    guard: 'none',
    rate: 'files',
    answers: { 200: answer.Ready, 503: answer.Ready },
  },
  publicConfig: {
    method: 'get',
    path: '/api/config',
    summary: 'Where browsers sign in',
    guard: 'none',
    rate: 'reads',
    answers: { 200: answer.ConfigAnswer },
  },
});
