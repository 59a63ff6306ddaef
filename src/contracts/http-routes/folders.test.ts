import { describe, expect, it } from 'vitest';
import { crossOriginOfFolder, FOLDERS_OF_GAMES } from './folders.js';
import { HTTP_ROUTES } from './index.js';
import type { HttpRoute } from './route.js';

const nameOf = ({ method, path }: HttpRoute) => `${method.toUpperCase()} ${path}`;
const listOf = (holds: (route: HttpRoute) => boolean) => HTTP_ROUTES.filter(holds).map(nameOf);

/** The facts on which the isolation of games and users rests: a change here is a decision. */
describe('the table says', () => {
  it('what sandboxed games and every other origin may read', () => {
    expect(listOf(({ crossOrigin }) => crossOrigin === 'games')).toEqual([
      'GET /game/published/:gameId',
      'GET /game/published/:gameId/:revision/{*path}',
      'GET /game/~:grant/{*path}',
      'GET /game/:userId/:projectId/{*path}',
      'GET /vendor/:library/:file',
      'GET /lib/p5.min.js',
      'GET /user-assets/:userId/:alias',
      'GET /global-assets/:category/:alias',
    ]);
    expect(FOLDERS_OF_GAMES).toEqual(['/game/', '/vendor/', '/user-assets/', '/global-assets/']);
  });

  it('what listed origins may read: everything below /api/assets/', () => {
    expect(listOf(({ crossOrigin }) => crossOrigin === 'listed')).toEqual(
      listOf(({ path }) => path.startsWith('/api/assets/')),
    );
    expect(crossOriginOfFolder('/api/assets/anything')).toBe('listed');
    expect(crossOriginOfFolder('/api/assets')).toBeUndefined();
  });

  it('that an address without a route is shared as its folder is', () => {
    expect(crossOriginOfFolder('/game/x')).toBe('games');
    expect(crossOriginOfFolder('/Vendor/a/b/c')).toBe('games');
    expect(crossOriginOfFolder('/api/assets/a/b/c')).toBe('listed');
    expect(crossOriginOfFolder('/gamester/x')).toBeUndefined();
  });

  it('what a model wrote, and so gets the policy of games', () => {
    expect(listOf(({ content }) => content === 'game')).toEqual([
      'GET /api/projects/:projectId/preview',
      'GET /game/published/:gameId',
      'GET /game/published/:gameId/:revision/{*path}',
      'GET /game/~:grant/{*path}',
      'GET /game/:userId/:projectId/{*path}',
      'GET /sketch/:sketch',
    ]);
  });

  it('what makes a model or an image engine work', () => {
    expect(listOf(({ rate }) => rate === 'ai')).toEqual([
      'POST /api/assets/remove-background',
      'POST /api/generate-image',
      'POST /api/projects/:projectId/generate-publish-info',
      'POST /api/projects/:projectId/generate-thumbnail',
      'POST /api/projects/:projectId/generate-movie',
    ]);
  });

  it('what below /api counts as a file: health, and images that pages show by the dozen', () => {
    expect(listOf(({ path, rate }) => path.startsWith('/api/') && rate === 'files')).toEqual([
      'GET /api/health',
      'GET /api/ready',
      'GET /api/projects/:projectId/screenshots/:screenshot',
      'GET /api/projects/:projectId/thumbnail',
      'GET /api/assets/:id',
    ]);
    const isFile = ({ path, rate }: HttpRoute) =>
      rate === (path.startsWith('/callback/') ? 'signed' : 'files');
    // A short address can be found by trying.
    expect(listOf((route) => !route.path.startsWith('/api/') && !isFile(route))).toEqual([
      'GET /p/:code',
    ]);
  });

  it('who is served without being signed in', () => {
    const isOpen = ({ guard }: HttpRoute) => ['none', 'visitor', 'assetReader'].includes(guard);
    expect(listOf((route) => isOpen(route) && route.tag !== 'pages')).toEqual([
      'GET /api/health',
      'GET /api/ready',
      'GET /api/config',
      'GET /api/projects/:projectId/thumbnail',
      'GET /p/:code',
      'GET /api/games',
      'GET /api/games/:id',
      'GET /api/games/:id/share-image',
      'POST /api/games/:id/play',
      'GET /game/published/:gameId',
      'GET /game/published/:gameId/:revision/{*path}',
      'GET /game/~:grant/{*path}',
      'GET /sketch/:sketch',
      'GET /vendor/:library/:file',
      'GET /lib/p5.min.js',
      'GET /api/assets/:id',
      'GET /user-assets/:userId/:alias',
      'GET /global-assets/:category/:alias',
    ]);
  });
});
