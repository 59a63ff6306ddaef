import { Router } from 'express';
import type { OperatorHealth } from '../operators/operator-health.js';
import type { Guards } from '../guards/route-guards.js';

/** How everything stands, for operators. */
export function operatorHealthRoutes({
  guards,
  health,
}: {
  guards: Guards;
  health: OperatorHealth;
}): Router {
  return Router().get(
    '/api/ops/health',
    guards.operator(async (_req, res) => {
      res.json(await health());
    }),
  );
}
