import type { Config } from '../../config.js';
import type { SERVICE_ROUTES } from '../../contracts/http-routes/service.js';
import type { GuestDoor } from '../guest-door.js';
import { RETRY_AFTER_S } from '../http/http-errors.js';
import type { Handlers } from '../http/mount.js';
import type { Readiness } from '../readiness.js';

/**
 * `GET /api/health`, which answers while anything else may be away, `GET /api/ready`, which returns
 * whether a message can be accepted now, and `GET /api/config`: where browsers sign in. The
 * embedded gateway is reached through this server.
 */
export function serviceHandlers({
  config,
  readiness,
  guests,
}: {
  config: Pick<
    Config,
    | 'PUBLIC_URL'
    | 'SUPABASE_URL'
    | 'EMBEDDED_SUPABASE_URL'
    | 'SUPABASE_ANON_KEY'
    | 'DEMO'
    | 'VAPID_PUBLIC_KEY'
  >;
  readiness: Readiness;
  guests: GuestDoor;
}): Handlers<typeof SERVICE_ROUTES> {
  return {
    apiHealth: () => ({
      status: 'ok',
      timestamp: new Date().toISOString(),
      uptime: process.uptime(),
    }),
    async readiness({ res }) {
      const answer = await readiness();
      if (!answer.ready) res.status(503).set('Retry-After', String(RETRY_AFTER_S));
      res.set('Cache-Control', 'no-store');
      return answer;
    },
    async publicConfig({ res }) {
      const areGuestsAllowed = await guests();
      res.set('Cache-Control', areGuestsAllowed === null ? 'no-store' : 'public, max-age=3600');
      const { EMBEDDED_SUPABASE_URL, SUPABASE_URL, PUBLIC_URL, VAPID_PUBLIC_KEY } = config;
      return {
        supabaseUrl: EMBEDDED_SUPABASE_URL === undefined ? SUPABASE_URL : PUBLIC_URL,
        supabaseAnonKey: config.SUPABASE_ANON_KEY,
        demo: config.DEMO,
        guests: areGuestsAllowed ?? false,
        ...(VAPID_PUBLIC_KEY === undefined ? {} : { pushKey: VAPID_PUBLIC_KEY }),
      };
    },
  };
}
