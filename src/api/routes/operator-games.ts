import { Router } from 'express';
import { isUuid } from '../../contracts/ids.js';
import { ActBody, PublicationsQuery } from '../../contracts/operators.js';
import { notice } from '../../contracts/messages/message.js';
import type { Store } from '../../store/index.js';
import { pageOf, read } from '../operators/operator-requests.js';
import { refuse, type Guards } from '../guards/route-guards.js';
import { takeBody } from '../http/json-bodies.js';

/** Published games, taken down and put back by operators: each time the audit log says so. */
export function operatorGameRoutes({
  guards,
  store: { takedowns },
}: {
  guards: Guards;
  store: Pick<Store, 'takedowns'>;
}): Router {
  const router = Router();
  router.get(
    '/api/ops/games',
    guards.operator(async (req, res) => {
      const query = read(res, PublicationsQuery, req.query);
      if (!query) return;
      const filter = { search: query.search ?? null, isDown: query.down ?? false };
      const { page, next } = await pageOf(query, (part) => takedowns.publications(filter, part));
      res.json({ games: page, next });
    }),
  );

  const move = (isDown: boolean) =>
    guards.operator(async (req, res, { operator }) => {
      const body = read(res, ActBody, takeBody(req) ?? {});
      if (!body) return;
      const { gameId } = req.params;
      if (!isUuid(gameId)) return refuse(res, 400, 'Invalid game ID');
      const { reason } = body;
      const [game] = await takedowns.publications(
        { search: gameId.toLowerCase(), isDown: false },
        { skip: 0, limit: 1 },
      );
      const title = game?.title ?? '';
      const isMoved = await takedowns.move({
        gameId,
        isDown,
        operator,
        reason,
        notice: isDown
          ? notice('GAME_TAKEN_DOWN', { title, reason })
          : notice('GAME_PUT_BACK', { title }),
      });
      if (isMoved === null) return refuse(res, 404, 'Game not found');
      res.json({ isMoved });
    });
  router.post('/api/ops/games/:gameId/take-down', move(true));
  router.post('/api/ops/games/:gameId/put-back', move(false));
  return router;
}
