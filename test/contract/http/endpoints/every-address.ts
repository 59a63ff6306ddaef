import { matching } from '../matchers.js';
import { BAD_TOKEN, NO_TOKEN, row, type Rows, stranger } from './row.js';

/** rest.md §1: what holds whatever the address. */
export const EVERY_ADDRESS: Rows = {
  '§1.2 and §1.3 whatever the address': [
    row('GET /api/users', 'anybody', 404, /Cannot GET \/api\/users/),
    row('PATCH /api/projects/:game', 'anybody', 404, /Cannot PATCH/),
    row('GET /api/projects/%zz', 'anybody', 400, /Bad Request/),
    row('GET /user-assets/:alice/%zz', 'anybody', 400, /Bad Request/),
    row('PUT /api/projects/:game/publish-draft', 'alice', 400, /Bad Request/, {
      body: '{"title":',
    }),
    row('PUT /api/projects/:game/publish-draft', 'alice', 400, /Bad Request/, { body: '7' }),
    row('PUT /api/projects/:game/publish-draft', 'alice', 413, /Payload Too Large/, {
      body: JSON.stringify('x'.repeat(200_000)),
    }),
    // Superseded: V2 read a body before it asked who sends it.
    row('PUT /api/projects/:game/publish-draft', 'anybody', 401, NO_TOKEN, { body: '7' }),
    row('GET /API/Health/', 'anybody', 200),
  ],
  '§1.4 CORS and OPTIONS': [
    row('OPTIONS /api/assets/anything', 'anybody', 200, 'OK', {
      headers: {
        'content-type': matching(/^text\/plain/),
        'access-control-allow-origin': undefined,
      },
      sent: { origin: 'http://stranger.test' },
    }),
    row('OPTIONS /game/x/y/z', 'anybody', 200, 'OK', {
      headers: {
        'content-type': matching(/^text\/plain/),
        'access-control-allow-origin': 'http://friend.test',
        'access-control-allow-methods': 'GET, OPTIONS',
        'access-control-allow-headers': 'Content-Type, Authorization',
        'access-control-allow-credentials': 'true',
        vary: matching(/Origin/),
      },
      sent: { origin: 'http://friend.test' },
    }),
    row('OPTIONS /api/assets', 'anybody', 200, undefined, {
      headers: { allow: 'GET, HEAD', 'access-control-allow-origin': undefined },
      sent: { origin: 'http://friend.test' },
    }),
    row('OPTIONS /api/jobs/:job/cancel', 'anybody', 200, undefined, { headers: { allow: 'POST' } }),
    row('OPTIONS /api/nothing', 'anybody', 404, /Cannot OPTIONS/),
  ],
  '§1.5 where the token stands': [
    row('GET /api/projects?access_token=:token', 'anybody', 200),
    row('GET /api/projects?access_token=:token', stranger, 401, BAD_TOKEN),
    row('GET /api/projects?access_token=:token&access_token=:token', 'anybody', 401, BAD_TOKEN),
    row('GET /api/projects?access_token=', 'anybody', 401, NO_TOKEN),
    row('GET /api/projects?access_token=:token', 'anybody', 200, undefined, {
      sent: { authorization: 'Basic eDp5' },
    }),
    row('GET /game/:alice/:game/index.html?access_token=:token', 'anybody', 302, undefined, {
      headers: { location: matching(/^\/game\/~[^?]+\/index\.html$/), 'cache-control': 'no-store' },
    }),
  ],
};
