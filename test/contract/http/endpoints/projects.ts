import { anyNumber, anyText, matching } from '../matchers.js';
import {
  BAD_TOKEN,
  DENIED,
  NO_JOB,
  NO_PROJECT,
  NO_TOKEN,
  PNG,
  projectGuard,
  row,
  type Row,
  type Rows,
  stranger,
} from './row.js';

const jobGuard = (method: string, rest: string): Row[] => [
  row(`${method} /api/jobs/:unknown${rest}`, 'anybody', 401, NO_TOKEN),
  row(`${method} /api/jobs/:job${rest}`, stranger, 401, BAD_TOKEN),
  row(`${method} /api/jobs/not-a-uuid${rest}`, 'alice', 400, { error: 'Invalid job ID' }),
  row(`${method} /api/jobs/:unknown${rest}`, 'alice', 404, NO_JOB),
  row(`${method} /api/jobs/:job${rest}`, 'bob', 403, DENIED),
];

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
  steps: [],
  trying: null,
  doing: null,
  is_rerun: false,
  is_unqueued: false,
  // Additive (N1): the codes of V2's two texts, and in which language those are.
  language: 'ja',
  progress_code: null,
  progress_params: null,
  error_code: null,
  error_params: null,
};

const PLAY = [
  { type: 'down', atMs: 800, finger: 0, x: 195, y: 422, on: '#start' },
  { type: 'up', atMs: 880, finger: 0 },
] as const;

/** rest.md §4–6: jobs, projects, the files of a game. */
export const PROJECTS: Rows = {
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
    ...[
      '',
      '/code',
      '/ai-context',
      '/download',
      '/repository',
      '/preview',
      '/screenshots/:screenshot',
    ].flatMap((rest) => projectGuard('GET', rest)),
    row('GET /api/projects/:game/screenshots/:screenshot', 'alice', 200, undefined, {
      headers: {
        'content-type': 'image/webp',
        'cache-control': 'private, max-age=31536000, immutable',
        etag: '":screenshot"',
        'x-content-type-options': 'nosniff',
      },
    }),
    row('GET /api/projects/:game/screenshots/:screenshot', 'alice', 304, undefined, {
      sent: { 'if-none-match': '":screenshot"' },
    }),
    ...['/screenshots/' + '0'.repeat(64), '/screenshots/..%2F..%2Fx', '/screenshots/x'].map(
      (rest) =>
        row(`GET /api/projects/:game${rest}`, 'alice', 404, { error: 'Screenshot not found' }),
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
    // Additive; what saves some stands in game-settings.test.ts.
    ...['GET', 'PUT'].flatMap((method) => projectGuard(method, '/settings')),
    row('GET /api/projects/:game/settings', 'alice', 200, { settings: [] }),
    row(
      'PUT /api/projects/:game/settings',
      'alice',
      400,
      { error: 'Invalid setting', name: 'speed' },
      { body: { values: { speed: 1 } } },
    ),
    // Additive (P4); what becomes of it stands in owner-plays.test.ts.
    ...projectGuard('POST', '/plays'),
    ...(
      [
        [{ revision: ':version', inputs: PLAY }, 200, { success: true }],
        [{ revision: '0000000', inputs: PLAY }, 404, { error: 'Version not found' }],
        [{ revision: 'HEAD', inputs: PLAY }, 400, { error: 'Invalid play' }],
        [{ revision: ':version', inputs: [] }, 400, { error: 'Invalid play' }],
        [{ revision: ':version', inputs: PLAY.toReversed() }, 400, { error: 'Invalid play' }],
        [{ revision: ':version', inputs: [{ type: 'eval' }] }, 400, { error: 'Invalid play' }],
      ] as const
    ).map(([body, status, answer]) =>
      row('POST /api/projects/:game/plays', 'alice', status, answer, { body }),
    ),
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
    row('GET /api/projects/:game/repository', 'alice', 200, /^PK/, {
      headers: {
        'content-type': 'application/zip',
        'content-disposition': 'attachment; filename="game.git.zip"',
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
};
