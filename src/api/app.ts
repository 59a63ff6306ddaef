import express, { Router, type Express, type RequestHandler } from 'express';
import type { Config } from '../config.js';
import { APP_ROUTES, GAMES_HOST_ROUTES } from '../contracts/http-routes/index.js';
import type { Log } from '../telemetry/log.js';
import type { ReceivedFiles } from '../disk/received-files.js';
import type { Kept } from '../objects/kept.js';
import type { PublishedCopies } from '../versions/kept/published-copies.js';
import type { Versions } from '../versions/kept/versions.js';
import type { Store } from '../store/index.js';
import type { Alerts } from '../store/alerts.js';
import type { AccountDeletions, GuestAdoptions } from './account-workflows.js';
import type { ActionWorkflows } from './action-workflows.js';
import type { Admitter } from './admission.js';
import type { Auth } from './guards/auth.js';
import type { EndedSessions } from './guards/ended-sessions.js';
import type { Games } from './games/current-game.js';
import { createGamePathSigner, type GamePathSigner } from './games/signed-path.js';
import { compressed } from './http/compressed.js';
import { leaveUnread } from './http/body-limits.js';
import { answerErrors, notFound } from './http/http-errors.js';
import type { OperatorHealth } from './operators/operator-health.js';
import type { OperatorRuns } from './operators/operator-runs.js';
import { cors, isGamesHost, ofFolder, refuseSandboxed } from './guards/origin.js';
import {
  createLimiter,
  supabaseClassOf,
  unroutedClassOf,
  type RateLimits,
} from './guards/rate-limits.js';
import { createReceiver } from './http/request-bodies.js';
import { requestLog } from './http/request-log.js';
import { createGuards } from './guards/guards.js';
import { mount } from './http/mount.js';
import { accountHandlers } from './routes/account.js';
import { assetFileHandlers } from './routes/asset-delivery.js';
import { actionHandlers } from './routes/background-actions.js';
import { gameFileHandlers } from './routes/game-files.js';
import { imageHandlers } from './routes/image-services.js';
import { jobHandlers, type CancelJob } from './routes/jobs.js';
import { notificationHandlers } from './routes/notifications.js';
import { operatorHandlers } from './routes/operators.js';
import { assetHandlers } from './routes/own-assets.js';
import { createPages } from './routes/pages.js';
import { projectHandlers } from './routes/projects.js';
import { publishedFileHandlers } from './routes/published-game-files.js';
import { publishedGameHandlers } from './routes/published-games.js';
import { publishingHandlers } from './routes/publishing.js';
import { pushHandlers } from './routes/push.js';
import { serviceHandlers } from './routes/service.js';
import { sketchHandlers } from './routes/sketches.js';
import type { Readiness } from './readiness.js';
import type { GuestDoor } from './guest-door.js';
import type { RenewSearch } from './search-renewals.js';
import { gameHeaders, pageHeaders } from './http/security-headers.js';
import { boundBodies, ofSupabase, supabaseProxy } from './http/supabase-proxy.js';

export interface AppDeps extends Kept {
  config: Config;
  log: Log;
  alerts: Pick<Alerts, 'raise'>;
  auth: Auth;
  ended: Pick<EndedSessions, 'has'>;
  limits: RateLimits;
  store: Store;
  versions: Versions;
  games: Games;
  uploads: ReceivedFiles;
  copies: PublishedCopies;
  /** `POST /callback/…`, signed. */
  callback: RequestHandler;
  cancelJob: CancelJob;
  admitter: Pick<Admitter, 'admit'>;
  actions: ActionWorkflows;
  deletions: AccountDeletions;
  adoptions: GuestAdoptions;
  guests: GuestDoor;
  renewSearch: RenewSearch;
  readiness: Readiness;
  runs: OperatorRuns;
  health: OperatorHealth;
}

/**
 * The whole HTTP side as one list: what is refused, what is passed on, the routes from their rows
 * (N2), the files of the pages, and the answers for what no route took.
 */
export function createApp(deps: AppDeps): Express {
  const { config, log, auth, limits, store, callback } = deps;
  const { GAME_PATH_SECRET: secret, GAME_PATH_SECRET_OLD: oldSecret } = config;
  const parts = { ...deps, signer: createGamePathSigner(secret, oldSecret, deps.ended.has) };
  const stages = {
    guards: createGuards(auth, store),
    limit: createLimiter(auth, limits, config),
    cors: cors(config),
    gameHeaders: gameHeaders(config),
    receiver: createReceiver(deps.uploads),
  };
  const pages = createPages(deps);
  const ofGames = gamesHostHandlers(parts);
  const routes = Router();
  mount(routes, APP_ROUTES, { ...appHandlers(parts), ...ofGames, ...pages.handlers }, stages);
  const unrouted = [
    ofFolder(refuseSandboxed),
    stages.limit(({ method, path }) => unroutedClassOf(method, path)),
    ofFolder(stages.cors),
  ];
  const unknown = notFound(config.PUBLIC_URL);

  const app = express();
  app.disable('x-powered-by');
  app.set('trust proxy', config.TRUST_PROXY);
  app.use(requestLog(log));
  app.use(leaveUnread);
  if (config.GAMES_ORIGIN !== undefined) {
    const gameRoutes = Router().use(compressed());
    mount(gameRoutes, GAMES_HOST_ROUTES, ofGames, stages);
    app.use(onGamesHost(config, gameRoutes.use(unrouted, unknown)));
  }
  // Every run posts twenty times a second, and nothing that shows pages does.
  app.use(callback);
  app.use(compressed());
  if (config.EMBEDDED_SUPABASE_URL !== undefined)
    app.use(
      ...[refuseSandboxed(undefined), stages.limit(supabaseClassOf), boundBodies].map(ofSupabase),
      supabaseProxy(config.EMBEDDED_SUPABASE_URL, log),
    );
  app.use(pageHeaders(config), routes, unrouted, pages.files, unknown);
  app.use(answerErrors(deps.alerts));
  return app;
}

type Parts = AppDeps & { signer: GamePathSigner };

const appHandlers = (parts: Parts) => ({
  ...serviceHandlers(parts),
  ...jobHandlers(parts),
  ...projectHandlers(parts),
  ...assetHandlers(parts),
  ...imageHandlers(parts),
  ...actionHandlers(parts),
  ...publishingHandlers(parts),
  ...publishedGameHandlers(parts),
  ...notificationHandlers(parts),
  ...pushHandlers(parts),
  ...accountHandlers(parts),
  ...operatorHandlers(parts),
});

/** On the host that GAMES_ORIGIN names there is nothing but games and what they load. */
const gamesHostHandlers = (parts: Parts) => ({
  ...publishedFileHandlers(parts),
  ...gameFileHandlers(parts),
  ...sketchHandlers(parts),
  ...assetFileHandlers(parts),
});

function onGamesHost(config: Config, routes: Router): RequestHandler {
  return (req, res, next) => {
    if (isGamesHost(req.headers.host, config)) routes(req, res, next);
    else next();
  };
}
