import express, { type Express, type RequestHandler, type Router } from 'express';
import type { Config } from '../config.js';
import type { Log } from '../telemetry/log.js';
import type { AssetFiles } from '../store/files/asset-files.js';
import type { ActionImages } from '../objects/action-images.js';
import type { Recordings } from '../objects/recordings.js';
import type { Screenshots } from '../objects/screenshots.js';
import type { Thumbnails } from '../store/files/thumbnails.js';
import type { Videos } from '../store/files/videos.js';
import type { Store } from '../store/index.js';
import type { AccountDeletions } from './account-deletions.js';
import type { ActionWorkflows } from './action-workflows.js';
import type { Admitter } from './admission.js';
import type { Auth } from './guards/auth.js';
import type { EndedSessions } from './guards/ended-sessions.js';
import type { Games } from './games/current-game.js';
import { createGamePathSigner, type GamePathSigner } from './games/signed-path.js';
import { compressed } from './http/compressed.js';
import { leaveUnread } from './http/body-limits.js';
import { handleError, notFound } from './http/http-errors.js';
import type { OperatorHealth } from './operators/operator-health.js';
import type { OperatorRuns } from './operators/operator-runs.js';
import { cors, isGamesHost, refuseSandboxedOrigin } from './guards/origin.js';
import { rateLimits, type RateLimits } from './guards/rate-limits.js';
import { createReceiver, type ReceiveUpload } from './http/request-bodies.js';
import { requestLog } from './http/request-log.js';
import { traceRequests } from './http/request-traces.js';
import { createGuards, type Guards } from './guards/route-guards.js';
import { checkRouteTable } from './http/route-table.js';
import { accountRoutes } from './routes/account.js';
import { assetDeliveryRoutes } from './routes/asset-delivery.js';
import { assetUploadRoutes } from './routes/asset-upload.js';
import { backgroundActionRoutes } from './routes/background-actions.js';
import { gameFileRoutes } from './routes/game-files.js';
import { imageServiceRoutes } from './routes/image-services.js';
import { jobRoutes, type CancelJob } from './routes/jobs.js';
import { notificationRoutes } from './routes/notifications.js';
import { operatorGameRoutes } from './routes/operator-games.js';
import { operatorHealthRoutes } from './routes/operator-health.js';
import { operatorRoutes } from './routes/operators.js';
import { ownAssetRoutes } from './routes/own-assets.js';
import { pageRoutes } from './routes/pages.js';
import { pushRoutes } from './routes/push.js';
import { gameSettingsRoutes } from './routes/game-settings.js';
import { projectScreenshotRoutes } from './routes/project-screenshots.js';
import { projectThumbnailRoutes } from './routes/project-thumbnail.js';
import { projectVideoRoutes } from './routes/project-video.js';
import type { Readiness } from './readiness.js';
import { projectRoutes } from './routes/projects.js';
import { publishedGameFileRoutes } from './routes/published-game-files.js';
import { publishedGameRoutes } from './routes/published-games.js';
import { publishingRoutes } from './routes/publishing.js';
import { serviceRoutes } from './routes/service.js';
import { vendoredLibraryRoutes } from './routes/vendored-libraries.js';
import { gameHeaders, pageHeaders } from './http/security-headers.js';
import { boundBodies, ofSupabase, supabaseProxy } from './http/supabase-proxy.js';

export interface AppDeps {
  config: Config;
  log: Log;
  auth: Auth;
  ended: Pick<EndedSessions, 'has'>;
  limits: RateLimits;
  store: Store;
  games: Games;
  assetFiles: AssetFiles;
  images: ActionImages;
  screenshots: Screenshots;
  thumbnails: Thumbnails;
  videos: Videos;
  /** `POST /callback/…`; reads raw bodies itself. */
  callback: RequestHandler;
  cancelJob: CancelJob;
  admitter: Pick<Admitter, 'admit'>;
  actions: ActionWorkflows;
  deletions: AccountDeletions;
  readiness: Readiness;
  runs: OperatorRuns;
  health: OperatorHealth;
  recordings: Recordings;
}

/**
 * The whole HTTP side as one list: who is refused, who is passed on, what is checked before every
 * route, the routes, and the answers for what no route took. Throws when a route and its row in
 * `contracts/http-routes` differ.
 */
export function createApp(deps: AppDeps): Express {
  const { config, log, auth, limits, callback } = deps;
  const routerDeps = {
    ...deps,
    guards: createGuards(auth, deps.store),
    signer: createGamePathSigner(
      config.GAME_PATH_SECRET,
      config.GAME_PATH_SECRET_OLD,
      deps.ended.has,
    ),
  };
  const ofGames = gameRouters(routerDeps);
  const counted = rateLimits(auth, limits, config);
  const app = express();
  app.disable('x-powered-by');
  app.set('trust proxy', config.TRUST_PROXY);

  app.use(requestLog(log));
  app.use(leaveUnread);
  app.use(refuseSandboxedOrigin);
  if (config.GAMES_ORIGIN !== undefined) app.use(gamesHost(config, [counted, ...ofGames]));
  // Asked twenty times a second by every run, and by nothing that shows pages.
  app.use(callback);
  app.use(compressed());
  if (config.EMBEDDED_SUPABASE_URL !== undefined)
    app.use(
      ofSupabase(counted),
      ofSupabase(boundBodies),
      supabaseProxy(config.EMBEDDED_SUPABASE_URL, log),
    );

  app.use(pageHeaders(config));
  app.use(gameHeaders(config));
  app.use(counted);
  app.use(traceRequests);
  app.use(cors(config));

  app.use(appRouters(routerDeps));
  app.use(ofGames);
  app.use(pageRoutes(deps));
  app.use(notFound);
  app.use(handleError);
  checkRouteTable(app);
  return app;
}

interface RouterDeps extends AppDeps {
  guards: Guards;
  signer: GamePathSigner;
}

/** The routes that only the app has. */
function appRouters(deps: RouterDeps): Router[] {
  const receive = createReceiver(deps.assetFiles);
  return [
    ...makingRouters(deps, receive),
    ...showingRouters(deps, receive),
    operatorRoutes(deps),
    operatorGameRoutes(deps),
    operatorHealthRoutes(deps),
  ];
}

/** Projects, their jobs, assets and background work. */
function makingRouters(deps: RouterDeps, receive: ReceiveUpload): Router[] {
  const { config, guards, store, games, signer, cancelJob, actions, assetFiles } = deps;
  return [
    serviceRoutes(config, deps.readiness),
    projectRoutes({
      config,
      guards,
      store,
      games,
      signer,
    }),
    gameSettingsRoutes({
      guards,
      store,
      games,
      admitter: deps.admitter,
    }),
    projectScreenshotRoutes({
      guards,
      screenshots: deps.screenshots,
    }),
    jobRoutes({
      guards,
      store,
      cancelJob,
    }),
    ownAssetRoutes({
      guards,
      store,
    }),
    assetUploadRoutes({
      config,
      guards,
      store,
      files: assetFiles,
      receive,
    }),
    backgroundActionRoutes({
      guards,
      store,
      actions,
    }),
  ];
}

/** Thumbnails, videos, images, and what is published. */
function showingRouters(deps: RouterDeps, receive: ReceiveUpload): Router[] {
  const { config, guards, store, games, actions, images, thumbnails, videos, assetFiles } = deps;
  return [
    projectThumbnailRoutes({
      config,
      guards,
      store,
      actions,
      thumbnails,
      screenshots: deps.screenshots,
      files: assetFiles,
      receive,
    }),
    projectVideoRoutes({
      config,
      guards,
      store,
      actions,
      videos,
    }),
    imageServiceRoutes({
      config,
      guards,
      store,
      actions,
      images,
    }),
    publishingRoutes({
      guards,
      store,
      actions,
      videos,
    }),
    publishedGameRoutes({
      config,
      guards,
      store,
      actions,
      thumbnails,
    }),
    notificationRoutes({
      guards,
      store,
    }),
    pushRoutes({
      config,
      guards,
      store,
    }),
    accountRoutes({
      guards,
      deletions: deps.deletions,
      store,
      games,
      assetFiles,
      thumbnails,
      videos,
    }),
  ];
}

/** The routes that a host for games alone has as well. */
function gameRouters(deps: RouterDeps): Router[] {
  const { config, guards, store, games, signer, assetFiles } = deps;
  return [
    publishedGameFileRoutes({
      config,
      store,
    }),
    gameFileRoutes({
      config,
      guards,
      games,
      signer,
    }),
    assetDeliveryRoutes({
      guards,
      store,
      files: assetFiles,
    }),
    vendoredLibraryRoutes(),
  ];
}

/** On the host that GAMES_ORIGIN names there is nothing but games and what they load. */
function gamesHost(config: Config, routers: RequestHandler[]): RequestHandler {
  const routes = express
    .Router()
    .use(compressed(), gameHeaders(config), cors(config), routers, notFound);
  return (req, res, next) => {
    if (isGamesHost(req.headers.host, config)) routes(req, res, next);
    else next();
  };
}
