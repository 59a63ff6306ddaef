import { ACCOUNT_ROUTES } from './account.js';
import { ASSET_ROUTES } from './assets.js';
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

/**
 * Every route of the API, in the order in which the documents list them. The server refuses to
 * start with a route that has no row here; documents and tests are made from it.
 */
export const HTTP_ROUTES: readonly HttpRoute[] = [
  ...SERVICE_ROUTES,
  ...JOB_ROUTES,
  ...PROJECT_ROUTES,
  ...GAME_FILE_ROUTES,
  ...ASSET_ROUTES,
  ...IMAGE_ROUTES,
  ...PUBLISHING_ROUTES,
  ...PUBLISHED_GAME_ROUTES,
  ...NOTIFICATION_ROUTES,
  ...PUSH_ROUTES,
  ...ACCOUNT_ROUTES,
  ...OPERATOR_ROUTES,
  ...PAGE_ROUTES,
  ...CALLBACK_ROUTES,
];
