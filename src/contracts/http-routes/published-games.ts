import { z } from 'zod';
import { RemixBody } from '../rows/actions.js';
import { storable, uuidOf } from '../base/ids.js';
import * as answer from '../wire/http.js';
import { failures, LATER, routes } from './route.js';

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 50;

const FeedQuery = z.looseObject({
  sort: z
    .enum(['new', 'popular'])
    .catch('new')
    .describe('`new`, the newest first, when absent; or `popular`: a like counts as ten plays'),
  /** Nothing but spaces finds everything. */
  search: z
    .string()
    .max(100)
    .transform((search) => storable(search).trim() || null)
    .optional()
    .describe('words of title and description, or of their maker: at most 100 characters'),
  limit: z
    .unknown()
    .optional()
    .transform(
      (value) => (typeof value === 'string' && Number.parseInt(value, 10)) || DEFAULT_LIMIT,
    )
    .transform((limit) => Math.min(Math.max(limit, 1), MAX_LIMIT))
    .describe('page size, 1–50; 20 when absent'),
  after: z.unknown().optional().describe('`next` of the page before'),
});

const OF_GAME = { params: z.object({ id: uuidOf('game') }) };

/** Published games: found, played, liked, remixed. */
export const PUBLISHED_GAME_ROUTES = routes('games', {
  shortLink: {
    path: '/p/:code',
    summary: 'Leads to the play page; the address that is given away',
    guard: 'none',
    // An address is found by trying, at that pace.
    rate: 'reads',
    answers: { 302: 'nothing', 404: 'text/html' },
  },
  feed: {
    path: '/api/games',
    summary: 'Games that everybody may find',
    guard: 'visitor',
    rate: 'reads',
    query: FeedQuery,
    answers: { 200: answer.Feed, 400: answer.Failure },
  },
  game: {
    path: '/api/games/:id',
    ...OF_GAME,
    summary: "A published game by its id or its project's",
    guard: 'visitor',
    rate: 'reads',
    answers: { 200: answer.GameAnswer, ...failures(400, 404) },
  },
  shareImage: {
    path: '/api/games/:id/share-image',
    ...OF_GAME,
    summary: 'What other sites show of a link to the game, 1200 × 630',
    guard: 'visitor',
    rate: 'reads',
    answers: { 200: 'image/*', ...failures(400, 404) },
  },
  countPlay: {
    method: 'post',
    path: '/api/games/:id/play',
    ...OF_GAME,
    summary: 'Count a play, once in 30 minutes',
    guard: 'visitor',
    rate: 'writes',
    answers: { 200: answer.PlayCounted, ...failures(400, 404) },
  },
  like: {
    method: 'put',
    path: '/api/games/:id/like',
    ...OF_GAME,
    summary: 'Like',
    guard: 'member',
    rate: 'writes',
    answers: { 200: answer.Liked, ...failures(400, 404) },
  },
  unlike: {
    method: 'delete',
    path: '/api/games/:id/like',
    ...OF_GAME,
    summary: 'Do not like any more',
    guard: 'member',
    rate: 'writes',
    answers: { 200: answer.Liked, ...failures(400, 404) },
  },
  remix: {
    method: 'post',
    path: '/api/games/:id/remix',
    ...OF_GAME,
    summary: 'Make a project from the published version, where its maker allows it',
    guard: 'member',
    rate: 'writes',
    body: RemixBody,
    answers: { 200: answer.Remixed, ...LATER, ...failures(400, 403, 404, 409, 500) },
  },
});
