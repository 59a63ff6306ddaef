import { z } from 'zod';
import * as answer from '../wire/http.js';
import { failures, routes } from './route.js';

const OF_GAME = { guard: 'none', rate: 'files', crossOrigin: 'games', content: 'game' } as const;
const OF_LIBRARY = { guard: 'none', rate: 'files', crossOrigin: 'games' } as const;
const RAW = z.looseObject({
  raw: z.unknown().optional().describe('with any value: without the injected script'),
});

const OF_FILE = {
  200: '*/*',
  ...failures(400, 503),
  404: [answer.Failure, 'text/html'],
} as const;

/**
 * Files of published games and of the current version of own ones, and the libraries that games
 * use. The addresses of one shape stand with the more specific one first.
 */
export const GAME_FILE_ROUTES = routes('games', {
  publishedGame: {
    ...OF_GAME,
    path: '/game/published/:gameId',
    summary: 'Leads to the published version',
    answers: { 302: 'nothing', 404: 'text/html' },
  },
  publishedFile: {
    ...OF_GAME,
    path: '/game/published/:gameId/:revision/{*path}',
    summary: 'A file of the published version; the same for ever at `<revision>.<hash of all>`',
    answers: { 200: '*/*', 302: 'nothing', 404: 'text/html' },
  },
  signedGameFile: {
    ...OF_GAME,
    path: '/game/~:grant/{*path}',
    summary: 'The same under a signed path, which is all that a game knows',
    query: RAW,
    answers: { ...OF_FILE, ...failures(401) },
  },
  gameFile: {
    ...OF_GAME,
    path: '/game/:userId/:projectId/{*path}',
    summary: 'A file of the current version; a token in the address leads to a signed path',
    guard: 'user',
    query: RAW.extend({
      version: z.unknown().optional().describe('id of a version; the current one without it'),
    }),
    answers: { ...OF_FILE, 302: 'nothing', ...failures(403) },
  },
  sketch: {
    guard: 'none',
    rate: 'files',
    content: 'game',
    path: '/sketch/:sketch',
    summary: 'A small game to play while one is made, as `<name>@<version>`; `<name>` leads there',
    answers: { 200: 'text/html', 302: 'nothing', 404: 'text/html' },
  },
  vendoredFile: {
    ...OF_LIBRARY,
    path: '/vendor/:library/:file',
    summary: 'A library that games use, or its licence, the same bytes for ever',
    answers: { 200: ['application/javascript', 'text/plain'], 404: 'text/html' },
  },
  oldLibrary: {
    ...OF_LIBRARY,
    path: '/lib/p5.min.js',
    summary: "The library of V2's games, under their address",
    answers: { 200: 'application/javascript' },
  },
});
