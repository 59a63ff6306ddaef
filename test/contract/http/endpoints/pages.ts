import { anyNumber, anyText, matching } from '../matchers.js';
import { FILE, HTML, row, type Rows, SCRIPT, stranger } from './row.js';

/** rest.md §2 and §3: pages, static files, configuration. */
export const PAGES: Rows = {
  '§2.1 static files': [
    row('GET /', 'anybody', 200, /<html/, { headers: HTML }),
    ...[
      'index',
      'signin',
      'create',
      'discover',
      'editor',
      'mypage',
      'notifications',
      'ops',
      'play',
      'design-preview',
    ].map((page) => row(`GET /${page}.html`, 'anybody', 200, /<html/, { headers: HTML })),
    row('GET /publish.html?id=:game', 'anybody', 200, /<html/, { headers: HTML }),
    row('GET /lib/supabase.min.js', 'anybody', 200, /supabase/, { headers: SCRIPT }),
    row('GET /js/pages/mypage.js', 'anybody', 200, /mypage/, { headers: SCRIPT }),
    row('GET /css/mypage.css', 'anybody', 200, /mypage/, {
      headers: { ...FILE, 'content-type': 'text/css; charset=UTF-8' },
    }),
    // What only V2's own pages load is served with them, from PUBLIC_DIR: public-dir.test.ts.
    row('GET /app.js', 'anybody', 404, /Cannot GET \/app\.js/),
    row('GET /css', 'anybody', 301, undefined, { headers: { location: '/css/' } }),
    row('GET /css/', 'anybody', 404, /Cannot GET \/css\//),
    row('GET /.gitignore', 'anybody', 404, /Cannot GET \/\.gitignore/),
    row('GET /..%2f..%2fpackage.json', 'anybody', 404),
    row('GET /images/styles/2d/puzzle/nothing.webp', 'anybody', 404, /Cannot GET/),
  ],
  '§2.2 pages': [
    row('GET /signin', 'anybody', 200, /<html/, { headers: HTML }),
    row('GET /create', 'anybody', 200, /<html/, { headers: HTML }),
    row('GET /project/:game', 'anybody', 200, /<html/, { headers: HTML }),
    row('GET /project/anything', stranger, 200, /<html/, { headers: HTML }),
    row('GET /discover?zap=1', 'anybody', 200, /<html/, { headers: HTML }),
    row('GET /mypage', 'anybody', 200, /マイページ/, { headers: HTML }),
    row('GET /notifications', 'anybody', 200, /<html/, { headers: HTML }),
    row('GET /ops', 'anybody', 200, /<html/, { headers: HTML }),
    row('GET /publish', 'anybody', 404, /Cannot GET \/publish/),
    row('POST /create', 'anybody', 404, /Cannot POST \/create/),
  ],
  '§2.3 the play page is for everybody, its data is not (§12)': [
    row('GET /play/:game', 'anybody', 200, /<html/, { headers: HTML }),
    row('GET /play/not-a-uuid', 'bob', 200, /<html/, { headers: HTML }),
  ],
  '§3 health and configuration': [
    row('GET /api/health', 'anybody', 200, {
      status: 'ok',
      timestamp: matching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      uptime: anyNumber,
    }),
    row('GET /api/health', stranger, 200),
    row('GET /api/ready', 'anybody', 503, {
      ready: false,
      checks: {
        database: null,
        temporal: 'Temporal does not answer',
        workers: 'Temporal cannot say who polls',
        disk: null,
        objects: null,
      },
    }),
    row(
      'GET /api/config',
      'anybody',
      200,
      {
        supabaseUrl: anyText,
        supabaseAnonKey: anyText,
        demo: true,
        guests: true,
        pushKey: anyText,
      },
      { headers: { 'cache-control': 'public, max-age=3600' } },
    ),
    row('GET /api/auth/me', 'alice', 404, /Cannot GET \/api\/auth\/me/),
  ],
};
