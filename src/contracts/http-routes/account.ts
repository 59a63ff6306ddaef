import type { HttpRoute } from './route.js';

/** What belongs to a user as a whole. */
export const ACCOUNT_ROUTES: readonly HttpRoute[] = [
  {
    method: 'get',
    path: '/api/account/export',
    tag: 'account',
    summary: 'Everything that the caller owns, as a zip',
    guard: 'user',
    rate: 'projects',
    answers: { 200: 'application/zip' },
  },
];
