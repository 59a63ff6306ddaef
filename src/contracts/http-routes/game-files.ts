import * as answer from '../http.js';
import type { HttpRoute } from './route.js';

/** Files of the current version of a game, and the libraries that games use. */
export const GAME_FILE_ROUTES: readonly HttpRoute[] = [
  {
    method: 'get',
    path: '/game/:userId/:projectId/{*path}',
    tag: 'games',
    summary: 'A file of the current version; a token in the address leads to a signed path',
    guard: 'user',
    rate: 'files',
    crossOrigin: 'games',
    content: 'game',
    query: { raw: 'with any value: without the injected script' },
    answers: {
      200: '*/*',
      302: 'nothing',
      400: answer.Failure,
      403: answer.Failure,
      404: [answer.Failure, 'text/html'],
      503: answer.Failure,
    },
  },
  {
    method: 'get',
    path: '/game/~:grant/{*path}',
    tag: 'games',
    summary: 'The same under a signed path, which is all that a game knows',
    guard: 'none',
    rate: 'files',
    crossOrigin: 'games',
    content: 'game',
    query: { raw: 'with any value: without the injected script' },
    answers: {
      200: '*/*',
      400: answer.Failure,
      401: answer.Failure,
      404: [answer.Failure, 'text/html'],
      503: answer.Failure,
    },
  },
  {
    method: 'get',
    path: '/vendor/:library/:file',
    tag: 'games',
    summary: 'A library that games use, the same bytes for ever',
    guard: 'none',
    rate: 'files',
    crossOrigin: 'games',
    answers: { 200: 'application/javascript', 404: 'text/html' },
  },
];
