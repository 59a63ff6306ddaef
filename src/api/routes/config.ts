import { Router } from 'express';
import type { Config } from '../../config.js';
import type { PublicConfig } from '../../contracts/http.js';

/** `GET /api/config`: where browsers sign in. The embedded gateway is reached through us. */
export function configRoutes(
  config: Pick<
    Config,
    'PUBLIC_URL' | 'SUPABASE_URL' | 'EMBEDDED_SUPABASE_URL' | 'SUPABASE_ANON_KEY' | 'DEMO'
  >,
): Router {
  const answer: PublicConfig = {
    supabaseUrl:
      config.EMBEDDED_SUPABASE_URL === undefined ? config.SUPABASE_URL : config.PUBLIC_URL,
    supabaseAnonKey: config.SUPABASE_ANON_KEY,
    demo: config.DEMO,
  };
  return Router().get('/api/config', (_req, res) => {
    res.set('Cache-Control', 'public, max-age=3600').json(answer);
  });
}
