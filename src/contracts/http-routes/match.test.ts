import { describe, expect, it } from 'vitest';
import { HTTP_ROUTES } from './index.js';
import { crossOriginOf, findRoute, FOLDERS_OF_GAMES } from './match.js';
import type { HttpRoute } from './route.js';

const ID = '0a1b2c3d-0000-4000-8000-00000000000a';
const nameOf = ({ method, path }: HttpRoute) => `${method.toUpperCase()} ${path}`;
const listOf = (holds: (route: HttpRoute) => boolean) => HTTP_ROUTES.filter(holds).map(nameOf);

describe('the row of a request', () => {
  it.each(HTTP_ROUTES.map((route) => [nameOf(route), route] as const))('%s', (_name, route) => {
    const address = route.path.replaceAll(/\{\*\w+\}/g, 'a/b.js').replaceAll(/:\w+/g, ID);
    expect(findRoute(route.method.toUpperCase(), address)).toBe(route);
    expect(findRoute(route.method.toUpperCase(), `${address.toUpperCase()}/`)).toBe(route);
    if (route.method === 'get') expect(findRoute('HEAD', address)).toBe(route);
    expect(findRoute('PATCH', address)).toBeNull();
    expect(findRoute(route.method.toUpperCase(), `/elsewhere${address}`)).toBeNull();
  });

  it('is there for the entry page of a game, which has no file in its address', () => {
    expect(findRoute('GET', `/game/${ID}/${ID}/`)?.path).toBe('/game/:userId/:projectId/{*path}');
  });

  it('is not that of another address that only looks like it', () => {
    for (const path of ['/gamexhtml', '/', '/api', '/gamester/x', '/api/game/x', '/js/app.js'])
      expect([path, findRoute('GET', path)]).toEqual([path, null]);
  });
});

/** The facts on which the isolation of games and users rests: a change here is a decision. */
describe('the table says', () => {
  it('what sandboxed games and every other origin may read', () => {
    expect(listOf(({ crossOrigin }) => crossOrigin === 'games')).toEqual([
      'GET /game/:userId/:projectId/{*path}',
      'GET /game/~:grant/{*path}',
      'GET /vendor/:library/:file',
      'GET /user-assets/:userId/:alias',
      'GET /global-assets/:category/:alias',
      'GET /game/published/:gameId',
      'GET /game/published/:gameId/:revision/{*path}',
    ]);
    expect(FOLDERS_OF_GAMES).toEqual(['/game/', '/vendor/', '/user-assets/', '/global-assets/']);
  });

  it('what listed origins may read: everything below /api/assets/', () => {
    expect(listOf(({ crossOrigin }) => crossOrigin === 'listed')).toEqual(
      listOf(({ path }) => path.startsWith('/api/assets/')),
    );
    expect(crossOriginOf('OPTIONS', '/api/assets/anything')).toBe('listed');
    expect(crossOriginOf('GET', '/api/assets')).toBeUndefined();
  });

  it('that an address without a route is shared as its folder is', () => {
    expect(crossOriginOf('GET', '/game/x')).toBe('games');
    expect(crossOriginOf('OPTIONS', '/Vendor/a/b/c')).toBe('games');
    expect(crossOriginOf('GET', '/api/assets/a/b/c')).toBe('listed');
    expect(crossOriginOf('GET', '/gamester/x')).toBeUndefined();
  });

  it('what a model wrote, and so gets the policy of games', () => {
    expect(listOf(({ content }) => content === 'game')).toEqual([
      'GET /api/projects/:projectId/preview',
      'GET /game/:userId/:projectId/{*path}',
      'GET /game/~:grant/{*path}',
      'GET /game/published/:gameId',
      'GET /game/published/:gameId/:revision/{*path}',
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
      'GET /api/assets/:id',
      'GET /api/projects/:projectId/thumbnail',
    ]);
    const isFile = ({ path, rate }: HttpRoute) =>
      rate === (path.startsWith('/callback/') ? 'signed' : 'files');
    expect(listOf((route) => !route.path.startsWith('/api/') && !isFile(route))).toEqual([]);
  });

  it('who is served without being signed in', () => {
    const isOpen = ({ guard }: HttpRoute) => ['none', 'visitor', 'assetReader'].includes(guard);
    expect(listOf((route) => isOpen(route) && route.tag !== 'pages')).toEqual([
      'GET /api/health',
      'GET /api/ready',
      'GET /api/config',
      'GET /game/~:grant/{*path}',
      'GET /vendor/:library/:file',
      'GET /api/assets/:id',
      'GET /user-assets/:userId/:alias',
      'GET /global-assets/:category/:alias',
      'GET /api/projects/:projectId/thumbnail',
      'GET /api/games',
      'GET /api/games/:id',
      'POST /api/games/:id/play',
      'GET /game/published/:gameId',
      'GET /game/published/:gameId/:revision/{*path}',
    ]);
  });
});
