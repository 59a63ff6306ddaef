import type { Database, Frame, V2Script, Who } from './v2-script.js';

/**
 * rest.md §13 as a table, in its order, with the numbers of checks that it names: what each script
 * asks, and what it has to hear. Where §13 tolerates another answer, the row names the one that it
 * prefers. Names with a colon are things of the script's run (v2-script.ts).
 */
export interface Row {
  readonly what: string;
  readonly ask: (script: V2Script) => Promise<unknown>;
  /**
   * Compared like `toMatchObject`; for HTTP a status or several that are fine, with or without a
   * body.
   */
  readonly answer: unknown;
}
export interface Script {
  readonly name: string;
  readonly unit: 'checks' | 'groups';
  readonly checks: Readonly<Record<string, readonly Row[]>>;
}

type More = Parameters<V2Script['http']>[3];
export class Http {
  constructor(
    readonly statuses: readonly number[],
    readonly body?: object,
  ) {}
}

const said = (status: number, body?: object): Http => new Http([status], body);
const http = (who: Who, line: string, answer: Http, more?: More): Row => {
  const [method = '', ...path] = line.split(' ');
  return {
    what: `${line.slice(0, 90)} as ${who}`,
    ask: (script) => script.http(method, path.join(' '), who, more),
    answer,
  };
};
const socket = (who: Who, frame: Frame, answer: object): Row => ({
  what: `${JSON.stringify(frame)} as ${who}`,
  ask: (script) => script.socket(who, frame),
  answer,
});
/** Each row is a check of its own. */
const each = (rows: readonly Row[]): Readonly<Record<string, readonly Row[]>> =>
  Object.fromEntries(rows.map((row) => [row.what, [row]]));

/** Remembers what an answer names, for the rows after it. */
const keeping = (row: Row, name: string, idOf: (answer: never) => string): Row => ({
  ...row,
  ask: async (script) => {
    const answer = await row.ask(script);
    script.things[name] = idOf(answer as never);
    return answer;
  },
});

type Query = (
  db: Database,
  id: (name: string) => string,
) => PromiseLike<{ data: unknown; error: { code?: string } | null }>;
/** A question to the database itself: the rows, or the error's code. */
const rows = (
  who: 'owner' | 'other' | 'service',
  what: string,
  query: Query,
  answer: unknown,
): Row => ({
  what: `${what} as ${who}`,
  ask: async (script) => {
    const { data, error } = await query(
      who === 'service' ? script.service : script.account(who).db,
      (name) => script.named(name),
    );
    return { data, code: error?.code ?? null };
  },
  answer,
});

const NOT_A_UUID = [
  'not-a-uuid',
  '12345',
  'abc-def-ghi',
  '123e4567-e89b-12d3-a456',
  '123e4567-e89b-12d3-a456-42661417400z',
  'a'.repeat(1_000),
  "' OR '1'='1",
];
const ESCAPES = [
  '../../../etc/passwd',
  '..%2F..%2F..%2Fetc%2Fpasswd',
  '%2e%2e/%2e%2e/%2e%2e/etc/passwd',
];
const UNKNOWN_PATHS = ['/api/nonexistent', '/api/users', '/api/admin/settings', '/api/v2/projects'];

const exceptionBoundary: Script = {
  name: 'test-exception-boundary',
  unit: 'checks',
  checks: each([
    http('nobody', 'GET /api/health', said(200)),
    ...NOT_A_UUID.map((id) => http('owner', `GET /api/projects/${id}`, said(400))),
    ...['not-a-uuid', '12345'].map((id) => http('owner', `GET /api/assets/${id}`, said(400))),
    http('owner', 'GET /api/jobs/not-a-uuid', said(400)),
    http('owner', 'GET /game/not-a-uuid/also-not-uuid/index.html', said(400)),
    http('owner', 'GET /api/projects/%3Cscript%3Ealert(1)%3C%2Fscript%3E', said(400)),
    http('owner', 'GET /api/projects/:unknown', said(404)),
    ...ESCAPES.map((path) =>
      http('owner', `GET /game/:owner/:project/${path}`, new Http([400, 403, 404])),
    ),
    ...UNKNOWN_PATHS.map((path) => http('nobody', `GET ${path}`, said(404))),
    ...['/api/projects', '/api/assets', '/api/jobs/:unknown'].map((path) =>
      http('nobody', `GET ${path}`, said(401)),
    ),
    ...['Bearer garbage', 'Basic dXNlcjpwYXNz'].map((authorization) => {
      const row = http('nobody', 'GET /api/projects', said(401), { headers: { authorization } });
      return { ...row, what: `${row.what} with ${authorization}` };
    }),
  ]),
};

const jobPermissions: Script = {
  name: 'test-job-permissions',
  unit: 'checks',
  checks: {
    ...each([http('owner', 'GET /api/jobs/:job', said(200, { id: ':job' }))]),
    'the owner asks for its state': [
      socket(
        'owner',
        { type: 'init', access_token: ':ownerToken' },
        { type: 'init', userId: ':owner' },
      ),
      socket(
        'owner',
        { type: 'getJobStatus', jobId: ':job' },
        { type: 'jobStatus', job: { id: ':job', status: 'pending' } },
      ),
    ],
    ...each([
      socket(
        'owner',
        { type: 'subscribeJob', jobId: ':job' },
        { type: 'subscribed', jobId: ':job' },
      ),
      http('other', 'GET /api/jobs/:job', said(403, { error: 'Access denied' })),
    ]),
    'another user asks for its state': [
      socket(
        'other',
        { type: 'init', access_token: ':otherToken' },
        { type: 'init', userId: ':other', projects: [] },
      ),
      socket('other', { type: 'getJobStatus', jobId: ':job' }, { type: 'jobStatus', job: null }),
    ],
    ...each([
      socket(
        'other',
        { type: 'subscribeJob', jobId: ':job' },
        { type: 'error', message: 'Job not found' },
      ),
    ]),
  },
};

const wsPermissions: Script = {
  name: 'test-ws-permissions-final',
  unit: 'checks',
  checks: {
    ...each(
      ['getJobStatus', 'subscribeJob'].map((type) =>
        socket(
          'nobody',
          { type, jobId: 'test-job-id' },
          { type: 'error', message: 'Not authenticated' },
        ),
      ),
    ),
    'after init, the state of an unknown job': [
      socket(
        'nobody',
        { type: 'init', access_token: ':otherToken' },
        { type: 'init', userId: ':other' },
      ),
      socket(
        'nobody',
        { type: 'getJobStatus', jobId: ':unknown' },
        { type: 'jobStatus', job: null },
      ),
    ],
    ...each([
      socket(
        'nobody',
        { type: 'subscribeJob', jobId: ':unknown' },
        { type: 'error', message: 'Job not found' },
      ),
    ]),
  },
};

type Made = { project: { id: string } };
const wsProjects: Script = {
  name: 'test-ws-project-operations',
  unit: 'checks',
  checks: {
    'create and info': [
      keeping(
        socket(
          'owner',
          { type: 'createProject', name: 'WS Test Project' },
          { type: 'projectCreated', project: { name: 'WS Test Project' } },
        ),
        'made',
        ({ project }: Made) => project.id,
      ),
      socket(
        'owner',
        { type: 'getProjectInfo', projectId: ':made' },
        { type: 'projectInfo', project: { id: ':made', name: 'WS Test Project' } },
      ),
    ],
    ...each([
      socket(
        'owner',
        { type: 'renameProject', projectId: ':made', name: 'Renamed' },
        { type: 'projectRenamed', project: { id: ':made', name: 'Renamed' } },
      ),
    ]),
    'the new name': [
      socket(
        'owner',
        { type: 'getProjectInfo', projectId: ':made' },
        { type: 'projectInfo', project: { name: 'Renamed' } },
      ),
    ],
    'another user': [
      socket(
        'other',
        { type: 'getProjectInfo', projectId: ':made' },
        { type: 'error', message: 'Access denied' },
      ),
    ],
    delete: [
      socket(
        'owner',
        { type: 'deleteProject', projectId: ':made' },
        { type: 'projectDeleted', projectId: ':made' },
      ),
      socket('owner', { type: 'getProjectInfo', projectId: ':made' }, { type: 'error' }),
    ],
  },
};

const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk' +
    '+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
function image(fields: Readonly<Record<string, string>>): FormData {
  const form = new FormData();
  form.append('file', new Blob([PIXEL], { type: 'image/png' }), 'test.png');
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  return form;
}
const WORDS = {
  originalName: 'Test Upload Image',
  tags: 'test,upload',
  description: 'an image of the test',
};
const upload = (who: Who, answer: Http): Row =>
  http(who, 'POST /api/assets/upload', answer, { form: image(WORDS) });
const uploadKept = (name: string): Row =>
  keeping(
    upload('owner', said(200, { success: true, asset: { filename: 'Test Upload Image' } })),
    name,
    ({ body }: { body: { asset: { id: string } } }) => body.asset.id,
  );
const lists = (who: Who, path: string, isThere: boolean): Row => ({
  what: `GET ${path} as ${who}: ${isThere ? 'is there' : 'is not there'}`,
  ask: async (script) => {
    const { status, body } = await script.http('GET', path, who);
    return {
      status,
      isThere: (body as { assets: { id: string }[] }).assets.some(
        ({ id }) => id === script.things['asset'],
      ),
    };
  },
  answer: { status: 200, isThere },
});
const nothing = said(404, { error: 'Asset not found' });

const assets: Script = {
  name: 'test-assets-api',
  unit: 'groups',
  checks: {
    'E1 upload': [upload('nobody', said(401)), uploadKept('asset')],
    'E2 list': [
      http('nobody', 'GET /api/assets', said(401)),
      lists('owner', '/api/assets', true),
      lists('other', '/api/assets', false),
    ],
    'E3 search': [
      http('nobody', 'GET /api/assets/search?q=test', said(401)),
      lists('owner', '/api/assets/search?q=test', true),
      lists('other', '/api/assets/search?q=test', false),
    ],
    'E4 get by id': [
      http('nobody', 'GET /api/assets/:asset', said(401)),
      http('other', 'GET /api/assets/:asset', nothing),
      http('owner', 'GET /api/assets/:asset', said(200)),
      rows(
        'service',
        'is_deleted is set',
        (db, id) => db.from('assets').update({ is_deleted: true }).eq('id', id(':asset')),
        { code: null },
      ),
      http('owner', 'GET /api/assets/:asset', nothing),
    ],
    'E5 delete': [
      uploadKept('second'),
      http('nobody', 'DELETE /api/assets/:second', said(401)),
      http('other', 'DELETE /api/assets/:second', nothing),
      rows(
        'service',
        'it is still there',
        (db, id) => db.from('assets').select('is_deleted').eq('id', id(':second')).single(),
        { data: { is_deleted: false } },
      ),
      http('owner', 'DELETE /api/assets/:second', said(200, { success: true })),
      http('owner', 'GET /api/assets/:second', nothing),
      http('owner', 'DELETE /api/assets/:second', nothing),
    ],
  },
};

const INVISIBLE = { data: null, code: 'PGRST116' };
const NO_ROWS = { data: [], code: null };
const idOf = ({ data }: { data: { id: string } }): string => data.id;

const rls: Script = {
  name: 'test-rls',
  unit: 'groups',
  checks: {
    profiles: [
      rows(
        'owner',
        'reads the own one',
        (db, id) => db.from('profiles').select('id,email').eq('id', id(':owner')).single(),
        { data: { id: ':owner', email: ':email' } },
      ),
      rows(
        'owner',
        'updates it',
        (db, id) =>
          db
            .from('profiles')
            .update({ display_name: 'Updated' })
            .eq('id', id(':owner'))
            .select()
            .single(),
        { data: { display_name: 'Updated' } },
      ),
      rows(
        'other',
        'reads it',
        (db, id) => db.from('profiles').select().eq('id', id(':owner')).single(),
        INVISIBLE,
      ),
      rows(
        'other',
        'updates it',
        (db, id) =>
          db.from('profiles').update({ display_name: 'Hacked' }).eq('id', id(':owner')).select(),
        NO_ROWS,
      ),
      rows(
        'service',
        'deletes it',
        (db, id) => db.from('profiles').delete().eq('id', id(':other')),
        { code: null },
      ),
      rows(
        'service',
        'inserts it',
        (db, id) =>
          db.from('profiles').insert({
            id: id(':other'),
            email: id('other-again@example.test'),
            display_name: 'Other',
          }),
        { code: null },
      ),
      rows(
        'service',
        'upserts the user',
        (db, id) => db.from('users').upsert({ id: id(':owner'), email: id(':email') }),
        { code: null },
      ),
    ],
    projects: [
      keeping(
        rows(
          'owner',
          'inserts',
          (db, id) =>
            db
              .from('projects')
              .insert({ user_id: id(':owner'), name: 'RLS Test Project' })
              .select()
              .single(),
          { data: { user_id: ':owner', name: 'RLS Test Project' } },
        ),
        'row',
        idOf,
      ),
      rows(
        'owner',
        'reads',
        (db, id) => db.from('projects').select().eq('id', id(':row')).single(),
        { data: { id: ':row', name: 'RLS Test Project' } },
      ),
      rows(
        'owner',
        'updates',
        (db, id) =>
          db.from('projects').update({ name: 'Updated' }).eq('id', id(':row')).select().single(),
        { data: { name: 'Updated' } },
      ),
      rows(
        'other',
        'reads',
        (db, id) => db.from('projects').select().eq('id', id(':row')).single(),
        INVISIBLE,
      ),
      rows(
        'other',
        'updates',
        (db, id) => db.from('projects').update({ name: 'Hacked' }).eq('id', id(':row')).select(),
        NO_ROWS,
      ),
      rows(
        'other',
        'deletes',
        (db, id) => db.from('projects').delete().eq('id', id(':row')).select(),
        NO_ROWS,
      ),
      rows(
        'service',
        'finds it unchanged',
        (db, id) => db.from('projects').select('name').eq('id', id(':row')).single(),
        { data: { name: 'Updated' } },
      ),
    ],
    assets: [
      keeping(
        rows(
          'owner',
          'inserts',
          (db, id) =>
            db
              .from('assets')
              .insert({
                owner_id: id(':owner'),
                filename: 'test.png',
                original_name: 'test.png',
                storage_path: '/tmp/test.png',
                is_deleted: false,
              })
              .select()
              .single(),
          { data: { owner_id: ':owner', is_public: false } },
        ),
        'row',
        idOf,
      ),
      rows(
        'owner',
        'reads',
        (db, id) => db.from('assets').select('id').eq('id', id(':row')).single(),
        { data: { id: ':row' } },
      ),
      rows(
        'other',
        'reads',
        (db, id) => db.from('assets').select('id').eq('id', id(':row')).single(),
        INVISIBLE,
      ),
      rows(
        'other',
        'updates',
        (db, id) =>
          db.from('assets').update({ filename: 'hacked.png' }).eq('id', id(':row')).select(),
        NO_ROWS,
      ),
      rows(
        'owner',
        'tries a soft delete',
        (db, id) => db.from('assets').update({ is_deleted: true }).eq('id', id(':row')),
        { code: '42501' },
      ),
      rows(
        'service',
        'does it',
        (db, id) => db.from('assets').update({ is_deleted: true }).eq('id', id(':row')),
        { code: null },
      ),
      rows(
        'owner',
        'reads it no more',
        (db, id) => db.from('assets').select('id').eq('id', id(':row')).single(),
        INVISIBLE,
      ),
    ],
  },
};

export const SCRIPTS: readonly (readonly [Script, number])[] = [
  [exceptionBoundary, 26],
  [jobPermissions, 6],
  [wsPermissions, 4],
  [wsProjects, 5],
  [assets, 5],
  [rls, 3],
];
