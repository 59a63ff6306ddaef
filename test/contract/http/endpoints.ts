import { anyNumber, anyText, matching } from './matchers.js';

/**
 * rest.md §2–9 as a table, in its order: who asks for what, and what is answered. Values are typed
 * from there; where rest.md §11–13 decide otherwise, the row says so. What needs a
 * workflow (the ends of §7.9, §7.10, §9.3, §9.4, §9.7) stands in images.test.ts, thumbnails.test.ts
 * and publishing.test.ts.
 *
 * Names with a colon are things of the test: `:game` (Alice's, made by `:job`), `:empty`
 * (Alice's, where `:active` is open), `:bobs` (a project), `:public`, `:own` (Alice's assets),
 * `:bobsPublic`, `:bobsOwn`, `:unknown` (no such id), `:alice`, `:bob` (users).
 */
export interface Row {
  /** `METHOD path`, exactly as it is sent. */
  readonly ask: string;
  readonly as: 'anybody' | 'stranger with a bad token' | 'alice' | 'bob';
  /** Sent as JSON, as it is when it is a text, or as `multipart/form-data`. */
  readonly body?: unknown;
  readonly status: number;
  /** JSON that is equal, a whole text, or a pattern of a text; undefined = not looked at. */
  readonly answer?: object | string | RegExp | null;
  /** Header → value; a content type that is not named is that of the answer's kind. */
  readonly headers?: Readonly<Record<string, unknown>>;
  /** Sent beside the token. */
  readonly sent?: Readonly<Record<string, string>>;
}

/** A file of an upload and the fields beside it. */
export class Form {
  constructor(
    readonly file: {
      readonly field?: string;
      readonly name?: string;
      readonly type?: string;
      readonly bytes?: Uint8Array;
    } | null,
    readonly fields: Readonly<Record<string, string>> = {},
  ) {}
}

type More = Pick<Row, 'headers' | 'sent' | 'body'>;
const row = (
  ask: string,
  as: Row['as'],
  status: number,
  answer?: Row['answer'],
  more: More = {},
): Row => ({ ask, as, status, ...(answer === undefined ? {} : { answer }), ...more });

const NO_TOKEN = { error: 'No access token provided' };
const BAD_TOKEN = { error: 'Invalid or expired token' };
const DENIED = { error: 'Access denied' };
const NO_PROJECT = { error: 'Project not found' };
const NO_ASSET = { error: 'Asset not found' };
const NO_JOB = { error: 'Job not found' };
const stranger = 'stranger with a bad token';

/** Required auth, then the project guard (§1.5, §1.7). */
const projectGuard = (method: string, rest: string): Row[] => [
  row(`${method} /api/projects/:game${rest}`, 'anybody', 401, NO_TOKEN),
  row(`${method} /api/projects/:game${rest}`, stranger, 401, BAD_TOKEN),
  row(`${method} /api/projects/not-a-uuid${rest}`, 'anybody', 401, NO_TOKEN),
  row(`${method} /api/projects/not-a-uuid${rest}`, 'alice', 400, { error: 'Invalid project ID' }),
  row(`${method} /api/projects/:unknown${rest}`, 'alice', 404, NO_PROJECT),
  row(`${method} /api/projects/:game${rest}`, 'bob', 404, NO_PROJECT),
];
const jobGuard = (method: string, rest: string): Row[] => [
  row(`${method} /api/jobs/:unknown${rest}`, 'anybody', 401, NO_TOKEN),
  row(`${method} /api/jobs/:job${rest}`, stranger, 401, BAD_TOKEN),
  row(`${method} /api/jobs/not-a-uuid${rest}`, 'alice', 400, { error: 'Invalid job ID' }),
  row(`${method} /api/jobs/:unknown${rest}`, 'alice', 404, NO_JOB),
  row(`${method} /api/jobs/:job${rest}`, 'bob', 403, DENIED),
];
const assetGuard = (method: string, rest: string): Row[] => [
  row(`${method} /api/assets/:own${rest}`, 'anybody', 401, NO_TOKEN),
  row(`${method} /api/assets/:own${rest}`, stranger, 401, BAD_TOKEN),
  row(`${method} /api/assets/not-a-uuid${rest}`, 'alice', 400, { error: 'Invalid asset ID' }),
  row(`${method} /api/assets/:unknown${rest}`, 'alice', 404, NO_ASSET),
  row(`${method} /api/assets/:bobsOwn${rest}`, 'alice', 404, NO_ASSET),
  row(`${method} /api/assets/:bobsPublic${rest}`, 'alice', 403, DENIED),
];

const FILE = {
  'cache-control': 'public, max-age=0',
  etag: matching(/^W\/"/),
  'last-modified': anyText,
  'accept-ranges': 'bytes',
};
const HTML = { ...FILE, 'content-type': 'text/html; charset=UTF-8' };
const SCRIPT = { ...FILE, 'content-type': 'application/javascript; charset=UTF-8' };
const PNG = { ...FILE, 'content-type': 'image/png' };
const THIRTEEN = '0123456789abc';
const png = (file: Form['file'] = {}, fields: Form['fields'] = {}): More => ({
  body: new Form(file, fields),
});
const JOB = {
  id: anyText,
  user_id: ':alice',
  project_id: anyText,
  status: anyText,
  progress: anyNumber,
  progress_message: null,
  error: null,
  created_at: matching(/\+00:00$/),
  updated_at: matching(/\+00:00$/),
  // Additive (B1).
  attempt: 0,
  slot_at: null,
  queue_no: anyNumber,
  last_event_at: null,
  usage: null,
};
const DRAFT = {
  title: '星よけ',
  description: '',
  howToPlay: '',
  tags: ['星'],
  visibility: 'public',
  remix: 'disallowed',
  thumbnailUrl: null,
};

export const ENDPOINTS: Readonly<Record<string, readonly Row[]>> = {
  '§2.1 static files': [
    row('GET /', 'anybody', 200, /<html/, { headers: HTML }),
    ...[
      'index',
      'create',
      'discover',
      'editor',
      'mypage',
      'notifications',
      'play',
      'design-preview',
    ].map((page) => row(`GET /${page}.html`, 'anybody', 200, /<html/, { headers: HTML })),
    row('GET /publish.html?id=:game', 'anybody', 200, /<html/, { headers: HTML }),
    row('GET /lib/supabase.min.js', 'anybody', 200, /supabase/, { headers: SCRIPT }),
    row('GET /js/pages/mypage.js', 'anybody', 200, /import/, { headers: SCRIPT }),
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
    row('GET /create', 'anybody', 200, /<html/, { headers: HTML }),
    row('GET /project/:game', 'anybody', 200, /<html/, { headers: HTML }),
    row('GET /project/anything', stranger, 200, /<html/, { headers: HTML }),
    row('GET /discover?zap=1', 'anybody', 200, /<html/, { headers: HTML }),
    row('GET /mypage', 'anybody', 200, /マイページ/, { headers: HTML }),
    row('GET /notifications', 'anybody', 200, /<html/, { headers: HTML }),
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
    row(
      'GET /api/config',
      'anybody',
      200,
      { supabaseUrl: anyText, supabaseAnonKey: anyText, demo: true },
      { headers: { 'cache-control': 'public, max-age=3600' } },
    ),
    row('GET /api/auth/me', 'alice', 404, /Cannot GET \/api\/auth\/me/),
  ],
  '§4 jobs': [
    ...jobGuard('GET', ''),
    ...jobGuard('POST', '/cancel'),
    row('GET /api/jobs/:job', 'alice', 200, {
      ...JOB,
      id: ':job',
      project_id: ':game',
      status: 'completed',
      progress: 100,
      result: '{"message":"できました"}',
    }),
    ...projectGuard('GET', '/active-job'),
    row('GET /api/projects/:empty/active-job', 'alice', 200, {
      job: {
        ...JOB,
        id: ':active',
        project_id: ':empty',
        status: 'pending',
        result: null,
        queue_no: null,
      },
    }),
    row('GET /api/projects/:game/active-job', 'alice', 200, { job: null }),
    ...projectGuard('GET', '/jobs'),
    row('GET /api/projects/:game/jobs', 'alice', 200, {
      jobs: [
        {
          ...JOB,
          id: ':job',
          project_id: ':game',
          status: 'completed',
          progress: 100,
          result: anyText,
        },
      ],
    }),
    row('GET /api/projects/:game/jobs?limit=-1', 'alice', 200, { jobs: [] }),
    // Of ended jobs, too: api.test.ts.
    row('POST /api/jobs/:active/cancel', 'alice', 200, { success: true, job: {} }),
    row('GET /api/projects/:empty/active-job', 'alice', 200, { job: null }),
    row('POST /api/jobs', 'alice', 404, /Cannot POST \/api\/jobs/),
  ],
  '§5 projects': [
    row('GET /api/projects', 'anybody', 401, NO_TOKEN),
    row('GET /api/projects', stranger, 401, BAD_TOKEN),
    row('GET /api/projects', 'bob', 200, {
      projects: [
        {
          id: ':bobs',
          name: "bob's",
          description: '',
          isPublic: false,
          remixedFrom: null,
          createdAt: anyText,
          updatedAt: anyText,
        },
      ],
    }),
    ...['', '/code', '/ai-context', '/download', '/preview'].flatMap((rest) =>
      projectGuard('GET', rest),
    ),
    row('GET /api/projects/:bobs', 'bob', 200, {
      id: ':bobs',
      user_id: ':bob',
      name: "bob's",
      is_public: false,
      remixed_from: null,
      created_at: matching(/\+00:00$/),
      updated_at: matching(/\+00:00$/),
      game_type: '2d',
      storage_path: null,
      pending_question: null,
    }),
    row('GET /api/projects/:game/code', 'alice', 200, {
      code: matching(/^<!DOCTYPE html>.*星よけ/),
    }),
    row('GET /api/projects/:game/ai-context', 'alice', 200, {
      context: {
        timestamp: anyText,
        userPrompt: '星をよけるゲーム',
        aiSummary: anyText,
        skills: ['2d'],
        generator: 'claude',
        edits: [{ path: 'index.html', old_string: 'a', new_string: 'b' }],
        systemPromptVersion: '1.0',
        suggestions: [],
      },
    }),
    row('GET /api/projects/:game/download', 'alice', 200, /^PK/, {
      headers: {
        'content-type': 'application/zip',
        'content-disposition': 'attachment; filename="game.zip"',
        'transfer-encoding': 'chunked',
      },
    }),
    row(
      'GET /api/projects/:game/preview',
      'alice',
      200,
      /^<!DOCTYPE html><html lang="ja"><head><title>/,
      { headers: { 'content-type': 'text/html; charset=utf-8' } },
    ),
    // A project that has nothing yet shows the welcome page (generation.md).
    row('GET /api/projects/:empty/code', 'alice', 200, { code: matching(/<html/) }),
    row('GET /api/projects/:empty/ai-context', 'alice', 200, { context: null }),
    row('POST /api/projects', 'alice', 404, /Cannot POST \/api\/projects/),
    row('DELETE /api/projects/:game', 'alice', 404, /Cannot DELETE/),
  ],
  '§6 game files': [
    row('GET /game/:alice/:game/index.html', 'anybody', 401, NO_TOKEN),
    row('GET /game/:alice/:game/index.html', stranger, 401, BAD_TOKEN),
    row('GET /game/not-a-uuid/also-not-uuid/index.html', 'alice', 400, {
      error: 'Invalid ID format',
    }),
    row('GET /game/:alice/not-a-uuid/index.html', 'alice', 400, { error: 'Invalid ID format' }),
    row('GET /game/:alice/:game/index.html', 'bob', 403, DENIED),
    row('GET /game/:alice/:unknown/index.html', 'alice', 404, NO_PROJECT),
    row('GET /game/:bob/:game/index.html', 'bob', 404, NO_PROJECT),
    row('GET /game/:alice/:game/..%2F..%2Fsecret', 'alice', 400, { error: 'Invalid file path' }),
    row('GET /game/:alice/:game/nothing.js', 'alice', 404, 'File not found'),
    row('GET /game/:alice/:game/sub', 'alice', 404, 'File not found'),
    row('GET /game/:alice/:game/.env', 'alice', 404, 'File not found'),
    row('GET /game/:alice/:game', 'alice', 404, /Cannot GET/),
    row('GET /game/:alice/:game/', 'alice', 200, /<head><script>.*gameError/s, {
      headers: { 'content-type': 'text/html; charset=utf-8' },
    }),
    row('GET /game/:alice/:game/index.html', 'alice', 200, /<head><script>.*gameError/s, {
      headers: { 'content-type': 'text/html; charset=utf-8' },
    }),
    row('GET /game/:alice/:game/sub/index.html', 'alice', 200, '<html><head></head>nested</html>', {
      headers: { 'content-type': 'text/html; charset=utf-8' },
    }),
    row('GET /game/:alice/:game/style.css', 'alice', 200, 'body { color: red }', {
      headers: { 'content-type': 'text/css; charset=utf-8' },
    }),
    row('GET /game/:alice/:game/data.json', 'alice', 200, '{"level":1}', {
      headers: { 'content-type': 'application/json; charset=utf-8' },
    }),
    row('GET /game/:alice/:game/readme.txt', 'alice', 200, 'こんにちは', {
      headers: { 'content-type': 'application/octet-stream; charset=utf-8' },
    }),
    row('GET /game/:alice/:game/photo.PNG', 'alice', 200, undefined, { headers: PNG }),
  ],
  '§7.1 upload': [
    row('POST /api/assets/upload', 'anybody', 401, NO_TOKEN, png()),
    row('POST /api/assets/upload', stranger, 401, BAD_TOKEN, png()),
    row('POST /api/assets/upload', 'alice', 400, { error: 'No file uploaded' }, png(null)),
    row('POST /api/assets/upload', 'alice', 400, { error: 'No file uploaded' }, { body: {} }),
    row(
      'POST /api/assets/upload',
      'alice',
      400,
      { error: 'Unexpected field' },
      png({ field: 'image' }),
    ),
    row(
      'POST /api/assets/upload',
      'alice',
      400,
      { error: 'Invalid project ID' },
      png({}, { projectId: 'not-a-uuid' }),
    ),
    row(
      'POST /api/assets/upload',
      'alice',
      403,
      { error: 'Access denied to project' },
      png({}, { projectId: ':bobs' }),
    ),
    row(
      'POST /api/assets/upload',
      'alice',
      403,
      { error: 'Access denied to project' },
      png({}, { projectId: ':unknown' }),
    ),
    // V2's pages of text became JSON with the status that fits (§12).
    row(
      'POST /api/assets/upload',
      'alice',
      413,
      { error: 'File too large' },
      png({ bytes: Buffer.alloc(1_048_576) }),
    ),
    row(
      'POST /api/assets/upload',
      'alice',
      415,
      { error: 'Invalid file type' },
      png({ name: 'page.html', type: 'text/html', bytes: Buffer.from(THIRTEEN) }),
    ),
    row(
      'POST /api/assets/upload',
      'alice',
      200,
      {
        success: true,
        asset: {
          id: anyText,
          alias: 'Hero_PNG.png',
          filename: 'Hero.PNG',
          mimeType: 'image/png',
          size: anyNumber,
          url: matching(/^\/user-assets\/[0-9a-f-]{36}\/Hero_PNG\.png$/),
        },
      },
      png({}, { originalName: 'Hero.PNG', projectId: ':game' }),
    ),
  ],
  '§7.2 list': [
    row('GET /api/assets', 'anybody', 401, NO_TOKEN),
    row('GET /api/assets', stranger, 401, BAD_TOKEN),
    row('GET /api/assets?currentProjectId=', 'bob', 200, {
      assets: [anyThing('bobsPublic'), anyThing('bobsOwn')],
      currentProjectId: '',
    }),
    row('GET /api/assets?currentProjectId=anything', 'bob', 200, {
      assets: [anyThing('bobsPublic'), anyThing('bobsOwn')],
      currentProjectId: 'anything',
    }),
    row('GET /api/assets', 'bob', 200, { assets: [anyThing('bobsPublic'), anyThing('bobsOwn')] }),
  ],
  '§7.3 search': [
    row('GET /api/assets/search', 'anybody', 401, NO_TOKEN),
    row('GET /api/assets/search?q=x', stranger, 401, BAD_TOKEN),
    row('GET /api/assets/search?q=bobsPUBLIC', 'alice', 200, { assets: [] }),
    row('GET /api/assets/search?q=bobsPUBLIC', 'bob', 200, {
      assets: [
        {
          id: ':bobsPublic',
          filename: 'bobsPublic.png',
          alias: 'bobsPublic.png',
          mimeType: 'image/png',
          size: anyNumber,
          isPublic: true,
          isOwner: true,
          tags: null,
          description: null,
          url: '/user-assets/:bob/bobsPublic.png',
        },
      ],
    }),
    // Given twice, the first one counts (§11).
    row('GET /api/assets/search?q=bobsOwn&q=x', 'bob', 200, {
      assets: [
        { ...anyThing('bobsOwn'), projects: undefined, createdAt: undefined, isOwner: true },
      ],
    }),
  ],
  '§7.4 the file by id; what is private asks anonymous callers who they are (§13)': [
    row('GET /api/assets/not-a-uuid', 'anybody', 400, { error: 'Invalid asset ID' }),
    row('GET /api/assets/:unknown', 'anybody', 404, NO_ASSET),
    row('GET /api/assets/:own', 'anybody', 401, NO_TOKEN),
    row('GET /api/assets/:own', stranger, 401, BAD_TOKEN),
    row('GET /api/assets/:own', 'bob', 404, NO_ASSET),
    row('GET /api/assets/:own', 'alice', 200, undefined, {
      headers: { ...PNG, 'cache-control': 'private, max-age=0' },
    }),
    row('GET /api/assets/:public', 'anybody', 200, undefined, { headers: PNG }),
    row('GET /api/assets/:public', stranger, 200, undefined, { headers: PNG }),
    row('GET /api/assets/:public', 'bob', 206, undefined, {
      headers: { ...PNG, 'content-range': matching(/^bytes 0-3\/\d+$/) },
      sent: { range: 'bytes=0-3' },
    }),
    row('GET /api/assets/:public', 'bob', 416, undefined, {
      headers: { 'content-range': matching(/^bytes \*\/\d+$/) },
      sent: { range: 'bytes=9999-' },
    }),
  ],
  '§7.5 meta': [
    ...assetGuard('GET', '/meta'),
    row('GET /api/assets/:own/meta', 'alice', 200, {
      id: ':own',
      filename: 'own.png',
      alias: 'own.png',
      mimeType: 'image/png',
      size: anyNumber,
      isPublic: false,
      tags: null,
      description: null,
      createdAt: anyText,
      url: '/user-assets/:alice/own.png',
    }),
  ],
  '§7.6 publish': [
    ...assetGuard('PUT', '/publish'),
    // V2 crashed (§11).
    row('PUT /api/assets/:own/publish', 'alice', 400, { error: 'isPublic must be a boolean' }),
    row(
      'PUT /api/assets/:own/publish',
      'alice',
      400,
      { error: 'isPublic must be a boolean' },
      { body: { isPublic: null } },
    ),
    row(
      'PUT /api/assets/:own/publish',
      'alice',
      200,
      { success: true, asset: { id: ':own', isPublic: true } },
      { body: { isPublic: true } },
    ),
    row('GET /api/assets/:own', 'bob', 200, undefined, { headers: PNG }),
    row(
      'PUT /api/assets/:own/publish',
      'alice',
      200,
      { success: true, asset: { id: ':own', isPublic: false } },
      { body: { isPublic: false } },
    ),
  ],
  '§7.7 change': [
    ...assetGuard('PUT', ''),
    row(
      'PUT /api/assets/:own',
      'alice',
      200,
      { success: true, asset: { id: ':own', tags: 'a,b', description: null } },
      { body: { tags: 'a,b' } },
    ),
    row(
      'PUT /api/assets/:own',
      'alice',
      200,
      { success: true, asset: { id: ':own', tags: 'a,b', description: 'c' } },
      { body: { description: 'c' } },
    ),
    row(
      'PUT /api/assets/:own',
      'alice',
      200,
      { success: true, asset: { id: ':own', tags: 'a,b', description: 'c' } },
      { body: {} },
    ),
    row(
      'PUT /api/assets/:own',
      'alice',
      200,
      { success: true, asset: { id: ':own', tags: null, description: 'c' } },
      { body: { tags: null } },
    ),
    row('PUT /api/assets/:own', 'alice', 400, { error: 'Invalid tags' }, { body: { tags: [] } }),
    // Additive: its dates. PostgreSQL knows neither this offset nor this year.
    row('PUT /api/assets/:own', 'alice', 200, undefined, {
      body: { availableUntil: '2772-09-14T13:42:47.15-20:27' },
    }),
    row(
      'PUT /api/assets/:own',
      'alice',
      400,
      { error: 'Invalid availableFrom' },
      { body: { availableFrom: '0000-01-01T00:00:00Z' } },
    ),
  ],
  '§8 delivery': [
    row('GET /user-assets/:alice/public.png', 'anybody', 200, undefined, { headers: PNG }),
    row('GET /user-assets/:alice/public.png', stranger, 200, undefined, { headers: PNG }),
    row('GET /user-assets/:alice/own.png', 'alice', 200, undefined, {
      headers: { 'content-type': 'image/png' },
    }),
    row('GET /user-assets/:alice/own.png', 'anybody', 404, 'Not found'),
    row('GET /user-assets/:alice/own.png', stranger, 404, 'Not found'),
    row('GET /user-assets/:alice/own.png', 'bob', 404, 'Not found'),
    row('GET /user-assets/:alice/nothing.png', 'alice', 404, 'Not found'),
    row('GET /user-assets/not-a-uuid/public.png', 'anybody', 404, 'Not found'),
    row('GET /global-assets/effects/nothing.wav', 'anybody', 404, 'Not found'),
  ],
  '§7.8 delete': [
    ...assetGuard('DELETE', ''),
    row('DELETE /api/assets/:own', 'alice', 200, { success: true, message: 'Asset deleted.' }),
    row('DELETE /api/assets/:own', 'alice', 404, NO_ASSET),
    row('GET /api/assets/:own', 'alice', 404, NO_ASSET),
    row('GET /api/assets/:own/meta', 'alice', 404, NO_ASSET),
    row('GET /user-assets/:alice/own.png', 'alice', 404, 'Not found'),
    row('DELETE /api/assets/:public', 'alice', 200, {
      success: true,
      message: 'Asset deleted. It was used in 1 project(s) - they will now see a placeholder.',
    }),
    row('GET /user-assets/:alice/public.png', 'anybody', 404, 'Not found'),
  ],
  '§7.9 background removal': [
    row('POST /api/assets/remove-background', 'anybody', 401, NO_TOKEN, {
      body: { image: 'data:' },
    }),
    row('POST /api/assets/remove-background', stranger, 401, BAD_TOKEN, {
      body: { image: 'data:' },
    }),
    row('POST /api/assets/remove-background', 'alice', 400, { error: 'image is required' }),
    row(
      'POST /api/assets/remove-background',
      'alice',
      400,
      { error: 'image is required' },
      { body: { image: '' } },
    ),
  ],
  '§7.10 images by the model': [
    row('POST /api/generate-image', 'anybody', 401, NO_TOKEN, { body: { prompt: '猫' } }),
    row('POST /api/generate-image', stranger, 401, BAD_TOKEN, { body: { prompt: '猫' } }),
    row('POST /api/generate-image', 'alice', 400, { error: 'prompt is required' }),
    row(
      'POST /api/generate-image',
      'alice',
      400,
      { error: 'prompt is required' },
      { body: { prompt: '' } },
    ),
    row(
      'POST /api/generate-image',
      'alice',
      400,
      { error: 'prompt is required' },
      { body: { prompt: 7 } },
    ),
  ],
  '§9.1 and §9.2 the draft': [
    ...projectGuard('GET', '/publish-draft'),
    ...projectGuard('PUT', '/publish-draft'),
    row('GET /api/projects/:game/publish-draft', 'alice', 200, null),
    row(
      'PUT /api/projects/:game/publish-draft',
      'alice',
      400,
      { error: 'Invalid tags' },
      { body: { ...DRAFT, tags: 'not JSON' } },
    ),
    row(
      'PUT /api/projects/:game/publish-draft',
      'alice',
      200,
      { success: true },
      { body: { ...DRAFT, unknown: 1 } },
    ),
    row('GET /api/projects/:game/publish-draft', 'alice', 200, {
      ...DRAFT,
      project_id: ':game',
      how_to_play: '',
      thumbnail_url: null,
      updated_at: anyText,
    }),
    row('PUT /api/projects/:game/publish-draft', 'alice', 200, { success: true }),
    row('GET /api/projects/:game/publish-draft', 'alice', 200, {
      project_id: ':game',
      title: '',
      description: '',
      how_to_play: '',
      tags: [],
      visibility: 'public',
      remix: 'allowed',
      thumbnail_url: null,
      updated_at: anyText,
      howToPlay: '',
      thumbnailUrl: null,
    }),
  ],
  '§9.3, §9.4 and §9.5 words and images': [
    ...projectGuard('POST', '/generate-publish-info'),
    ...projectGuard('POST', '/generate-thumbnail'),
    ...projectGuard('POST', '/upload-thumbnail'),
    row(
      'POST /api/projects/:game/upload-thumbnail',
      'alice',
      400,
      { error: 'No file uploaded' },
      png(null),
    ),
    row(
      'POST /api/projects/:game/upload-thumbnail',
      'alice',
      400,
      { error: 'Unexpected field' },
      png({ field: 'file' }),
    ),
    row(
      'POST /api/projects/:game/upload-thumbnail',
      'alice',
      413,
      { error: 'File too large' },
      png({ field: 'thumbnail', bytes: Buffer.alloc(1_048_576) }),
    ),
    row(
      'POST /api/projects/:game/upload-thumbnail',
      'alice',
      415,
      { error: 'Invalid file type' },
      png({ field: 'thumbnail', name: 'x.html', type: 'text/html', bytes: Buffer.from(THIRTEEN) }),
    ),
  ],
  "§9.6 the thumbnail; before the game is published its owner's alone": [
    row('GET /api/projects/:game/thumbnail', 'alice', 404, 'Not found'),
    row('GET /api/projects/not-a-uuid/thumbnail?t=1?t=2', 'anybody', 404, 'Not found'),
    row(
      'POST /api/projects/:game/upload-thumbnail',
      'alice',
      200,
      {
        success: true,
        thumbnailUrl: matching(/^\/api\/projects\/[0-9a-f-]{36}\/thumbnail\?t=\d+$/),
      },
      png({ field: 'thumbnail' }),
    ),
    row('GET /api/projects/:game/thumbnail?t=1?t=2', 'alice', 200, undefined, { headers: PNG }),
    row('GET /api/projects/:game/thumbnail', 'anybody', 404, 'Not found'),
    row('GET /api/projects/:game/thumbnail', 'bob', 404, 'Not found'),
  ],
  '§9.7 and §9.8 the video': [
    ...projectGuard('POST', '/generate-movie'),
    ...projectGuard('GET', '/movie'),
    row('POST /api/projects/:empty/generate-movie', 'alice', 404, { error: 'Game code not found' }),
    row('GET /api/projects/:game/movie', 'alice', 404, 'Movie not found'),
  ],
  "§12 what V2's pages call and its server lacked": [
    row('GET /api/notifications', 'anybody', 401, NO_TOKEN),
    row('GET /api/notifications', stranger, 401, BAD_TOKEN),
    row('GET /api/notifications', 'bob', 200, {
      notifications: [
        {
          id: anyText,
          type: 'system',
          title: 'DreamCoreへようこそ',
          message: anyText,
          createdAt: anyText,
          read: false,
          icon: 'welcome',
        },
      ],
    }),
    row('POST /api/notifications/read-all', 'anybody', 401, NO_TOKEN),
    row('POST /api/notifications/read-all', 'bob', 200, { success: true }),
    row('POST /api/notifications/:unknown/read', 'anybody', 401, NO_TOKEN),
    row('POST /api/notifications/not-a-uuid/read', 'bob', 400, {
      error: 'Invalid notification ID',
    }),
    row('POST /api/notifications/:unknown/read', 'bob', 404, { error: 'Notification not found' }),
    ...projectGuard('POST', '/publish'),
    ...projectGuard('POST', '/unpublish'),
    ...projectGuard('GET', '/publish'),
    row(
      'POST /api/projects/:game/publish',
      'alice',
      400,
      { error: 'title is required' },
      { body: {} },
    ),
    row(
      'POST /api/projects/:empty/publish',
      'alice',
      404,
      { error: 'Game code not found' },
      { body: DRAFT },
    ),
    row('GET /api/projects/:game/publish', 'alice', 200, { game: null }),
    row('GET /game.html?id=:game', 'anybody', 200, /<html/, { headers: HTML }),
  ],
  'additive: actions, games of others': [
    row('GET /api/actions/:unknown', 'anybody', 401, NO_TOKEN),
    row('GET /api/actions/not-a-uuid', 'alice', 400, { error: 'Invalid action ID' }),
    row('GET /api/actions/:unknown', 'alice', 404, { error: 'Action not found' }),
    row('POST /api/actions/:unknown/cancel', 'alice', 404, { error: 'Action not found' }),
    row('GET /api/games', 'anybody', 200, { games: [], next: null }),
    row('GET /api/games?after=nonsense', 'anybody', 400, { error: 'Invalid cursor' }),
    row(
      `GET /api/games?after=${Buffer.from('["2026-01-01T00:00:00-20:27","00000000-0000-4000-8000-000000000000"]').toString('base64url')}`,
      'anybody',
      400,
      { error: 'Invalid cursor' },
    ),
    row('GET /api/games/not-a-uuid', 'anybody', 400, { error: 'Invalid game ID' }),
    row('GET /api/games/:game', 'alice', 404, { error: 'Game not found' }),
    row('POST /api/games/:unknown/play', 'anybody', 404, { error: 'Game not found' }),
    row('PUT /api/games/:unknown/like', 'anybody', 401, NO_TOKEN),
    row('DELETE /api/games/:unknown/like', 'alice', 404, { error: 'Game not found' }),
    row('GET /game/published/:unknown', 'anybody', 404, 'Not found'),
    row('GET /game/~nonsense/index.html', 'anybody', 401, BAD_TOKEN),
    row('GET /vendor/three@0.187.0/package.json', 'anybody', 404, /Cannot GET/),
    row('POST /callback/:job', 'anybody', 400, { error: 'Bad request' }, { body: {} }),
  ],
  '§1.2 and §1.3 whatever the address': [
    row('GET /api/users', 'anybody', 404, /Cannot GET \/api\/users/),
    row('PATCH /api/projects/:game', 'anybody', 404, /Cannot PATCH/),
    row('GET /api/projects/%zz', 'anybody', 400, /Bad Request/),
    row('GET /user-assets/:alice/%zz', 'anybody', 400, /Bad Request/),
    row('PUT /api/projects/:game/publish-draft', 'anybody', 400, /Bad Request/, {
      body: '{"title":',
    }),
    row('PUT /api/projects/:game/publish-draft', 'anybody', 400, /Bad Request/, { body: '7' }),
    row('PUT /api/projects/:game/publish-draft', 'anybody', 413, /Payload Too Large/, {
      body: JSON.stringify('x'.repeat(200_000)),
    }),
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

/** An asset of Bob's as his list tells of it. */
function anyThing(name: 'bobsPublic' | 'bobsOwn'): object {
  const isPublic = name === 'bobsPublic';
  return {
    id: `:${name}`,
    filename: `${name}.png`,
    alias: `${name}.png`,
    mimeType: 'image/png',
    size: anyNumber,
    isPublic,
    tags: null,
    description: null,
    url: `/user-assets/:bob/${name}.png`,
    projects: isPublic ? [{ id: ':bobs', name: "bob's" }] : [],
    createdAt: anyText,
  };
}
