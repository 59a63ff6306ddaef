import { Router } from 'express';
import { z } from 'zod';
import type { Config } from '../../config.js';
import type { Store } from '../../store/index.js';
import type { Thumbnails } from '../../store/files/thumbnails.js';
import type { FeedPlace } from '../../store/tables/published-games.js';
import { refuse, type Guards } from '../guards.js';
import { cardOf } from './play.js';

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 50;

const Limit = z
  .preprocess(
    (value) =>
      typeof value === 'string' ? Number.parseInt(value, 10) || DEFAULT_LIMIT : DEFAULT_LIMIT,
    z.number(),
  )
  .transform((limit) => Math.min(Math.max(limit, 1), MAX_LIMIT));
/**
 * As the database writes times, and no other way: it does not know every offset and year that ISO
 * 8601 has.
 */
const PublishedAt = z.iso.datetime({ offset: true }).regex(/^(?!0000).*(Z|\+00:00)$/);
const Place = z
  .tuple([PublishedAt, z.uuid()])
  .transform(([publishedAt, id]): FeedPlace => ({ publishedAt, id }));

export interface FeedDeps {
  config: Pick<Config, 'GAMES_ORIGIN'>;
  guards: Guards;
  store: Pick<Store, 'publishedGames'>;
  thumbnails: Pick<Thumbnails, 'has'>;
}

/**
 * `GET /api/games?limit=&after=`: games that everybody may find, newest first; `next` leads to the
 * page after.
 */
export function feedRoutes({ config, guards, store, thumbnails }: FeedDeps): Router {
  return Router().get(
    '/api/games',
    guards.visitor(async (req, res, { user }) => {
      const limit = Limit.parse(req.query['limit']);
      const after = req.query['after'] === undefined ? null : placeOf(req.query['after']);
      if (after === 'invalid') return refuse(res, 400, 'Invalid cursor');
      const games = await store.publishedGames.list(user?.id ?? null, after, limit);
      const last = games.at(-1);
      res.json({
        games: await Promise.all(games.map((game) => cardOf(game, user, { config, thumbnails }))),
        next:
          last && games.length === limit
            ? Buffer.from(JSON.stringify([last.publishedAt, last.id])).toString('base64url')
            : null,
      });
    }),
  );
}

function placeOf(cursor: unknown): FeedPlace | 'invalid' {
  try {
    return Place.parse(JSON.parse(Buffer.from(String(cursor), 'base64url').toString('utf8')));
  } catch {
    return 'invalid';
  }
}
