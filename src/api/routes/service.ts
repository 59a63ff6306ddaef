import { Router } from 'express';
import type { Config } from '../../config.js';
import type { PublicConfig } from '../../contracts/http.js';
import type { Readiness } from '../readiness.js';

const RETRY_AFTER_S = 5;

/**
 * `GET /api/health`, which answers while anything else may be away, `GET /api/ready`, which says
 * whether a message can be accepted now, and `GET /api/config`: where
 * browsers sign in. The embedded gateway is reached through us.
 */
export function serviceRoutes(
  config: Pick<
    Config,
    | 'PUBLIC_URL'
    | 'SUPABASE_URL'
    | 'EMBEDDED_SUPABASE_URL'
    | 'SUPABASE_ANON_KEY'
    | 'DEMO'
    | 'VAPID_PUBLIC_KEY'
  >,
  readiness: Readiness,
): Router {
  const router = Router();
  router.get('/api/health', (_req, res) => {
    res.json({ status: 'ok', timestamp: new Date().toISOString(), uptime: process.uptime() });
  });

  router.get('/api/ready', async (_req, res) => {
    const answer = await readiness();
    if (!answer.ready) res.status(503).set('Retry-After', String(RETRY_AFTER_S));
    res.set('Cache-Control', 'no-store').json(answer);
  });

  const publicConfig: PublicConfig = {
    supabaseUrl:
      config.EMBEDDED_SUPABASE_URL === undefined ? config.SUPABASE_URL : config.PUBLIC_URL,
    supabaseAnonKey: config.SUPABASE_ANON_KEY,
    demo: config.DEMO,
    ...(config.VAPID_PUBLIC_KEY === undefined ? {} : { pushKey: config.VAPID_PUBLIC_KEY }),
  };
  router.get('/api/config', (_req, res) => {
    res.set('Cache-Control', 'public, max-age=3600').json(publicConfig);
  });
  return router;
}
