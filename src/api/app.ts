import express, { type Express, type RequestHandler } from 'express';
import type { Config } from '../config.js';
import type { Log } from '../log.js';
import type { Store } from '../store/index.js';
import type { AssetFiles } from '../store/files/asset-files.js';
import type { Videos } from '../store/files/videos.js';
import type { ActionImages } from '../objects/action-images.js';
import type { Thumbnails } from '../store/files/thumbnails.js';
import { createAssetGuards } from './assets/guards.js';
import { createInLine } from './assets/in-line.js';
import { createReceiver } from './assets/upload.js';
import type { Actions } from './actions/perform.js';
import type { Auth } from './auth.js';
import { cors } from './cors.js';
import type { Games } from './games/current-game.js';
import { createGamePathSigner } from './games/signed-path.js';
import { createGuards } from './guards.js';
import { handleError, notFound } from './http-errors.js';
import { isGamesHost, isHttpOriginAllowed } from './origin.js';
import { pageHeaders } from './page-headers.js';
import type { RateLimits } from './rate-limits.js';
import { rateLimits } from './rate-limits-http.js';
import { requestLog } from './request-log.js';
import { actionRoutes } from './routes/actions.js';
import { assetFileRoutes } from './routes/asset-files.js';
import { assetRoutes } from './routes/assets.js';
import { configRoutes } from './routes/config.js';
import { feedRoutes } from './routes/feed.js';
import { gameRoutes } from './routes/game.js';
import { healthRoutes } from './routes/health.js';
import { imageBodies, imageRoutes } from './routes/images.js';
import { jobRoutes, type CancelJob } from './routes/jobs.js';
import { movieRoutes } from './routes/movie.js';
import { notificationRoutes } from './routes/notifications.js';
import { pageRoutes } from './routes/pages.js';
import { playFileRoutes } from './routes/play-files.js';
import { playRoutes } from './routes/play.js';
import { projectFileRoutes } from './routes/project-files.js';
import { projectRoutes } from './routes/projects.js';
import { publishRoutes } from './routes/publish.js';
import { thumbnailRoutes } from './routes/thumbnails.js';
import { vendorRoutes } from './routes/vendor.js';
import { supabaseProxy } from './supabase-proxy.js';

export interface AppDeps {
  config: Config;
  log: Log;
  auth: Auth;
  limits: RateLimits;
  store: Store;
  games: Games;
  assetFiles: AssetFiles;
  images: ActionImages;
  thumbnails: Thumbnails;
  videos: Videos;
  /** `POST /callback/…`; reads raw bodies itself. */
  callback: RequestHandler;
  cancelJob: CancelJob;
  actions: Actions;
}

/**
 * The whole HTTP side as one list: who is refused, who is passed on, then the routes, then the
 * ends.
 */
export function createApp({
  config,
  log,
  auth,
  limits,
  store,
  games,
  assetFiles,
  images,
  thumbnails,
  videos,
  callback,
  cancelJob,
  actions,
}: AppDeps): Express {
  const plainGuards = createGuards(auth, store);
  const guards = { ...plainGuards, ...createAssetGuards(plainGuards, store) };
  const signer = createGamePathSigner(config.CALLBACK_SECRET);
  const game = gameRoutes({ config, guards, games, signer });
  const assets = assetFileRoutes({ guards, store, files: assetFiles });
  const played = playFileRoutes({ config, store });
  const app = express();
  app.disable('x-powered-by');
  app.set('trust proxy', config.TRUST_PROXY);

  app.use(requestLog(log));
  app.use(refuseSandboxedOrigin);
  if (config.GAMES_ORIGIN !== undefined)
    app.use(
      gamesHost(
        config,
        express.Router().use(cors(config), played, game, assets, vendorRoutes(), notFound),
      ),
    );
  // Asked twenty times a second by every run, and by nothing that shows pages.
  app.use(callback);
  if (config.EMBEDDED_SUPABASE_URL !== undefined)
    app.use(supabaseProxy(config.EMBEDDED_SUPABASE_URL, log));
  app.use(pageHeaders(config));
  app.use(rateLimits(auth, limits));
  app.use(imageBodies());
  // Nothing else here takes a body worth mentioning; a broken one is still refused before anything
  // else is looked at.
  app.use(express.json());
  app.use(cors(config));

  app.use(healthRoutes());
  app.use(configRoutes(config));
  app.use(projectRoutes(guards, store));
  app.use(projectFileRoutes({ config, guards, games, signer }));
  app.use(jobRoutes(guards, store, cancelJob));
  app.use(
    assetRoutes({
      config,
      guards,
      store,
      files: assetFiles,
      inLine: createInLine(),
      receive: createReceiver(assetFiles),
    }),
  );
  app.use(assets);
  app.use(actionRoutes({ guards, store, actions }));
  app.use(
    thumbnailRoutes({
      guards,
      store,
      actions,
      thumbnails,
      files: assetFiles,
      receive: createReceiver(assetFiles),
    }),
  );
  app.use(movieRoutes({ config, guards, store, actions, videos }));
  app.use(imageRoutes({ guards, store, actions, images }));
  app.use(publishRoutes({ guards, store, actions }));
  app.use(feedRoutes({ config, guards, store, thumbnails }));
  app.use(playRoutes({ config, guards, store, thumbnails }));
  app.use(notificationRoutes(guards, store));
  app.use(played);
  app.use(game);
  app.use(vendorRoutes());
  app.use(pageRoutes(config));

  app.use(notFound);
  app.use(handleError);
  return app;
}

const refuseSandboxedOrigin: RequestHandler = (req, res, next) => {
  const {
    method,
    path,
    headers: { origin },
  } = req;
  if (isHttpOriginAllowed({ method, path, origin })) next();
  else res.status(403).json({ error: 'Access denied' });
};

/** On the host that GAMES_ORIGIN names there is nothing but games and their libraries. */
function gamesHost(config: Config, routes: RequestHandler): RequestHandler {
  return (req, res, next) => {
    if (isGamesHost(req.headers.host, config)) routes(req, res, next);
    else next();
  };
}
