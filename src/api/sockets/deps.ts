import type { Config } from '../../config.js';
import type { Log } from '../../telemetry/log.js';
import type { Store } from '../../store/index.js';
import type { Admitter } from '../admission.js';
import type { Auth } from '../guards/auth.js';
import type { FirstTexts } from '../first-text.js';
import type { EndedSessions } from '../guards/ended-sessions.js';
import type { JobFeeds } from '../../stream/feeds.js';
import type { ProjectFollows } from '../../stream/project-follows.js';
import type { Thumbnails } from '../../objects/thumbnails.js';
import type { RateLimits } from '../guards/rate-limits.js';
import type { VersionReader } from '../../versions/kept/details.js';
import type { SocketConfig } from './socket-places.js';

/** Dependencies of the socket handlers, built in the API's composition root. */
export interface SocketDeps {
  config: Pick<
    Config,
    | 'PUBLIC_URL'
    | 'CORS_ALLOWED_ORIGINS'
    | 'GAMES_ORIGIN'
    | 'INSTANCE_URL'
    | 'MAX_QUEUED_JOBS'
    | 'JOB_TIMEOUT_MS'
    | 'MAX_PROJECTS_PER_USER'
    | 'USER_DAILY_USD'
  > &
    SocketConfig;
  auth: Auth;
  ended: Pick<EndedSessions, 'has'>;
  store: Store;
  versions: VersionReader;
  thumbnails: Pick<Thumbnails, 'has'>;
  feeds: JobFeeds;
  follows: Pick<ProjectFollows, 'add' | 'remove'>;
  admitter: Admitter;
  limits: RateLimits;
  firstTexts: Pick<FirstTexts, 'begin'>;
  log: Log;
}
