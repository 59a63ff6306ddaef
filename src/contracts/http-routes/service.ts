import * as answer from '../wire/http.js';
import { routes } from './route.js';

/** Health and the configuration that browsers need. */
export const SERVICE_ROUTES = routes('service', {
  apiHealth: {
    path: '/api/health',
    summary: 'Is the API alive?',
    guard: 'none',
    rate: 'files',
    answers: { 200: answer.Health },
  },
  readiness: {
    path: '/api/ready',
    summary: 'Can a message be accepted now, and why not?',
    guard: 'none',
    rate: 'files',
    answers: { 200: answer.Ready, 503: answer.Ready },
  },
  publicConfig: {
    path: '/api/config',
    summary: 'Where browsers sign in',
    guard: 'none',
    rate: 'reads',
    answers: { 200: answer.ConfigAnswer },
  },
});
