import { ACCOUNT_ROUTES } from './account.js';
import { ASSET_FILE_ROUTES, ASSET_ROUTES } from './assets.js';
import { CALLBACK_ROUTES } from './callbacks.js';
import { GAME_FILE_ROUTES } from './game-files.js';
import { IMAGE_ROUTES } from './images-and-actions.js';
import { JOB_ROUTES } from './jobs.js';
import { NOTIFICATION_ROUTES } from './notifications.js';
import { OPERATOR_ROUTES } from './operators.js';
import { PAGE_ROUTES } from './pages.js';
import { PROJECT_ROUTES } from './projects.js';
import { PUBLISHED_GAME_ROUTES } from './published-games.js';
import { PUBLISHING_ROUTES } from './publishing.js';
import { PUSH_ROUTES } from './push.js';
import type { HttpRoute } from './route.js';
import { SERVICE_ROUTES } from './service.js';

/** Routes that the host of GAMES_ORIGIN has as well: games and what they load. */
export const GAMES_HOST_ROUTES = { ...GAME_FILE_ROUTES, ...ASSET_FILE_ROUTES };

/** Routes of the app; of two that match one address, the first answers. */
export const APP_ROUTES = {
  ...SERVICE_ROUTES,
  ...JOB_ROUTES,
  ...PROJECT_ROUTES,
  ...ASSET_ROUTES,
  ...IMAGE_ROUTES,
  ...PUBLISHING_ROUTES,
  ...PUBLISHED_GAME_ROUTES,
  ...NOTIFICATION_ROUTES,
  ...PUSH_ROUTES,
  ...ACCOUNT_ROUTES,
  ...OPERATOR_ROUTES,
  ...GAMES_HOST_ROUTES,
  ...PAGE_ROUTES,
};

/** Every route: documents and tests are made from these rows, as the server is. */
export const HTTP_ROUTES: readonly HttpRoute[] = [
  ...Object.values(APP_ROUTES),
  ...Object.values(CALLBACK_ROUTES),
];
