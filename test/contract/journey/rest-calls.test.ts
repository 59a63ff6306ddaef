import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { createClient } from '@supabase/supabase-js';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { sharedStack } from '../../support/shared-stack.js';
import { createUser, type TestUser } from '../../support/users.js';
import { anyNumber, anyText, matching } from '../http/matchers.js';
import { unzip } from '../http/unzip.js';
import { patient } from '../../support/patience.js';
import { V2Client } from './v2-client.js';
import { V2Rest, type Heard } from './v2-rest.js';

/**
 * Every REST call of the earlier product's pages (rest.md §12), page by page, as its own client
 * makes them; what it reads is what is expected.
 */
const stack = sharedStack();
let user: TestUser;
let rest: V2Rest;
let projectId: string;
let image: Buffer;
beforeAll(async () => {
  user = await createUser(stack.env);
  rest = new V2Rest(stack.baseUrl, user.accessToken);
  image = await sharp({ create: { width: 48, height: 48, channels: 4, background: '#3366cc' } })
    .png()
    .toBuffer();
  const client = await V2Client.connect(stack.baseUrl, user.accessToken);
  projectId = await client.createProject();
  client.say('2Dのシューティングゲームを作って');
  await client.next('styleOptions');
  client.pickStyle('neon');
  await client.next('gameUpdated');
  await client.close();
});

/** Status and JSON: what the client branches on and reads. */
const told = ({ status, json }: Heard): [number, unknown] => [status, json];
const seen = ({ status, headers }: Heard): [number, string | null] => [
  status,
  headers.get('content-type'),
];
const withFields = (fields: object): unknown => expect.objectContaining(fields);
const project = (rest: string): string => `/api/projects/${projectId}${rest}`;
const anyList: unknown = expect.any(Array);
const isoDate = matching(/^\d{4}-\d\d-\d\dT/);

describe('sign-in and my page', () => {
  it('the address and the public key of Supabase, for whoever asks', async () => {
    const answer = await rest.open('/api/config');
    expect(told(answer)).toEqual([
      200,
      withFields({ supabaseUrl: stack.baseUrl, supabaseAnonKey: stack.env['SUPABASE_ANON_KEY'] }),
    ]);
    expect(answer.headers.get('cache-control')).toBe('public, max-age=3600');
  });

  it('the user’s games', async () => {
    expect(told(await rest.get('/api/projects'))).toEqual([
      200,
      {
        projects: [
          withFields({
            id: projectId,
            name: anyText,
            description: '',
            isPublic: false,
            remixedFrom: null,
            createdAt: isoDate,
            updatedAt: isoDate,
          }),
        ],
      },
    ]);
  });
});

describe('the editor', () => {
  it('the code, what was changed last, and everything as a ZIP', async () => {
    expect(told(await rest.get(project('/code')))).toEqual([
      200,
      { code: matching(/^<!doctype html>/i) },
    ]);
    expect(told(await rest.get(project('/ai-context')))).toEqual([
      200,
      {
        context: withFields({
          timestamp: isoDate,
          userPrompt: anyText,
          aiSummary: anyText,
          skills: anyList,
          generator: 'claude',
          edits: anyList,
          systemPromptVersion: '1.0',
        }),
      },
    ]);
    const zip = await rest.get(project('/download'));
    expect([...seen(zip), zip.headers.get('content-disposition')]).toEqual([
      200,
      'application/zip',
      'attachment; filename="game.zip"',
    ]);
    expect([...unzip(zip.bytes).keys()]).toContain('index.html');
  });

  it('the game in its frame, with the script that tells of errors; by token only', async () => {
    const game = await rest.show(`/game/${user.id}/${projectId}/index.html?t=${Date.now()}`);
    expect(seen(game)).toEqual([200, 'text/html; charset=utf-8']);
    expect(game.bytes.toString()).toMatch(/gameLoaded/);
    expect((await rest.open(`/game/${user.id}/${projectId}/index.html`)).status).toBe(401);
    expect(seen(await rest.get(project('/preview')))).toEqual([200, 'text/html; charset=utf-8']);
  });

  it('jobs: one’s own, the project’s, none running, and the stop button', async () => {
    const answer = await rest.get(project('/jobs?limit=5'));
    const {
      jobs: [job],
    } = answer.json as { jobs: { id: string }[] };
    expect(job).toMatchObject({
      user_id: user.id,
      project_id: projectId,
      status: 'completed',
      progress: 100,
      error: null,
      result: matching(/"message"/),
    });
    expect(told(await rest.get(`/api/jobs/${job?.id}`))).toEqual([200, job]);
    expect(told(await rest.get(project('/active-job')))).toEqual([200, { job: null }]);
    expect(told(await rest.call('POST', `/api/jobs/${job?.id}/cancel`))).toEqual([
      200,
      { success: true, job: {} },
    ]);
    expect(told(await rest.get(`/api/jobs/${job?.id}`))).toEqual([200, job]);
  });
});

describe('the asset window', () => {
  let asset: { id: string; url: string };

  it('an upload comes back with its address, and is in the list and in the search', async () => {
    const sent = await rest.upload(image, 'プレイヤー.png', { projectId, tags: '主人公' });
    expect(told(sent)).toEqual([
      200,
      {
        success: true,
        asset: withFields({
          id: anyText,
          alias: '_____.png',
          filename: 'プレイヤー.png',
          mimeType: 'image/png',
          size: image.length,
          url: `/user-assets/${user.id}/_____.png`,
        }),
      },
    ]);
    ({ asset } = sent.json as { asset: typeof asset });
    const item = {
      id: asset.id,
      filename: 'プレイヤー.png',
      alias: '_____.png',
      mimeType: 'image/png',
      size: image.length,
      isPublic: true,
      tags: '主人公',
      url: asset.url,
    };
    expect(told(await rest.get(`/api/assets?currentProjectId=${projectId}`))).toEqual([
      200,
      {
        assets: [
          withFields({ ...item, projects: [{ id: projectId, name: anyText }], createdAt: isoDate }),
        ],
        currentProjectId: projectId,
      },
    ]);
    expect(told(await rest.get(`/api/assets/search?q=${encodeURIComponent('主人公')}`))).toEqual([
      200,
      { assets: [withFields({ ...item, isOwner: true })] },
    ]);
    expect(told(await rest.get('/api/assets/search?q=nothing'))).toEqual([200, { assets: [] }]);
  });

  it('games show it without a token until it is private; its owner still sees it', async () => {
    for (const path of [asset.url, `/api/assets/${asset.id}`])
      expect(seen(await rest.open(path)), path).toEqual([200, 'image/png']);
    expect(
      told(await rest.call('PUT', `/api/assets/${asset.id}/publish`, { isPublic: false })),
    ).toEqual([200, { success: true, asset: { id: asset.id, isPublic: false } }]);
    expect((await rest.open(asset.url)).status).toBe(404);
    expect((await rest.show(asset.url)).bytes.equals(image)).toBe(true);
  });

  it('its words are changed, then it is deleted and gone everywhere', async () => {
    expect(
      told(await rest.call('PUT', `/api/assets/${asset.id}`, { description: '青い四角' })),
    ).toEqual([
      200,
      {
        success: true,
        asset: withFields({ id: asset.id, tags: '主人公', description: '青い四角' }),
      },
    ]);
    expect(told(await rest.get(`/api/assets/${asset.id}/meta`))).toEqual([
      200,
      withFields({ id: asset.id, description: '青い四角', isPublic: false, url: asset.url }),
    ]);
    expect(told(await rest.call('DELETE', `/api/assets/${asset.id}`))).toEqual([
      200,
      {
        success: true,
        message: 'Asset deleted. It was used in 1 project(s) - they will now see a placeholder.',
      },
    ]);
    expect([
      (await rest.show(asset.url)).status,
      (await rest.get(`/api/assets/${asset.id}/meta`)).status,
    ]).toEqual([404, 404]);
    expect(told(await rest.get('/api/assets'))).toEqual([200, { assets: [] }]);
  });

  it('the image without its background, as the client keeps it; without one words', async () => {
    const ball = await sharp(
      Buffer.from(
        '<svg xmlns="http://www.w3.org/2000/svg" width="96" height="96"><rect width="96" height="96" fill="#8cf"/><circle cx="48" cy="48" r="30" fill="#c22"/></svg>',
      ),
    )
      .png()
      .toBuffer();
    expect(
      told(
        await rest.call('POST', '/api/assets/remove-background', {
          image: `data:image/png;base64,${ball.toString('base64')}`,
        }),
      ),
    ).toEqual([
      200,
      withFields({
        success: true,
        image: matching(/^data:image\/png;base64,/),
      }),
    ]);
    expect(told(await rest.call('POST', '/api/assets/remove-background', {}))).toEqual([
      400,
      { error: 'image is required' },
    ]);
  });

  it('an image by the model', async () => {
    expect(
      told(
        await rest.call('POST', '/api/generate-image', {
          prompt: '青い宇宙船',
          style: 'pixel',
          size: '512x512',
        }),
      ),
    ).toEqual([
      200,
      withFields({
        success: true,
        image: matching(/^data:image\/png;base64,/),
        prompt: matching(/青い宇宙船/),
      }),
    ]);
    expect(told(await rest.call('POST', '/api/generate-image', { prompt: '' }))).toEqual([
      400,
      { error: 'prompt is required' },
    ]);
  });
});

describe('the publish page', () => {
  /** What the page shows and sends back whole, with every edit. */
  let draft: Record<string, unknown>;

  it('begins without a draft: the model writes one, it is saved and read back', async () => {
    expect(told(await rest.get(project('')))).toEqual([
      200,
      withFields({
        id: projectId,
        user_id: user.id,
        name: anyText,
        is_public: false,
        remixed_from: null,
        game_type: '2d',
      }),
    ]);
    expect(told(await rest.get(project('/publish-draft')))).toEqual([200, null]);
    const info = await rest.call('POST', project('/generate-publish-info'), {});
    expect(told(info)).toEqual([
      200,
      withFields({ title: anyText, description: anyText, howToPlay: anyText, tags: anyList }),
    ]);
    draft = {
      ...(info.json as object),
      visibility: 'public',
      remix: 'disallowed',
      thumbnailUrl: null,
    };
    expect(told(await rest.call('PUT', project('/publish-draft'), draft))).toEqual([
      200,
      { success: true },
    ]);
    const stored = await rest.get(project('/publish-draft'));
    expect(told(stored)).toEqual([
      200,
      withFields({
        ...draft,
        project_id: projectId,
        how_to_play: draft['howToPlay'],
        thumbnail_url: null,
        updated_at: isoDate,
        remix: matching(/^disallow(ed)?$/),
      }),
    ]);
    draft = stored.json as typeof draft;
  });

  it('the thumbnail: made by the model or sent by the user, at the client’s address', async () => {
    expect((await rest.show(project('/thumbnail'))).status).toBe(404);
    for (const make of [
      () => rest.call('POST', project('/generate-thumbnail'), { title: draft['title'] }),
      () => {
        const form = new FormData();
        form.append(
          'thumbnail',
          new Blob([new Uint8Array(image)], { type: 'image/png' }),
          'thumbnail.png',
        );
        return rest.call('POST', project('/upload-thumbnail'), form);
      },
    ]) {
      const made = await make();
      expect(told(made)).toEqual([
        200,
        {
          success: true,
          thumbnailUrl: matching(new RegExp(`^${project('/thumbnail')}\\?t=\\d+$`)),
        },
      ]);
      const { thumbnailUrl } = made.json as { thumbnailUrl: string };
      expect(seen(await rest.show(`${thumbnailUrl}?t=${Date.now()}`))).toEqual([
        200,
        matching(/^image\/(webp|png)$/),
      ]);
      draft = { ...draft, thumbnailUrl };
    }
  });

  it('the video: none is found yet; movie.test.ts has this client make and play it', async () => {
    expect((await rest.call('HEAD', project('/movie'))).status).toBe(404);
    const absent = await rest.get(project('/movie'));
    expect([absent.status, absent.bytes.toString()]).toEqual([404, 'Movie not found']);
  });

  it('saves with every edit, sending everything back', async () => {
    draft = { ...draft, title: '星のおさんぽ', tags: ['宇宙', '星'] };
    expect(told(await rest.call('PUT', project('/publish-draft'), draft))).toEqual([
      200,
      { success: true },
    ]);
    expect((await rest.get(project('/publish-draft'))).json).toMatchObject({
      title: '星のおさんぽ',
      tags: ['宇宙', '星'],
      thumbnailUrl: draft['thumbnailUrl'],
    });
    expect((await rest.get('/api/projects')).json).toMatchObject({
      projects: [{ id: projectId, description: draft['description'] }],
    });
  });

  it('goes out: the client goes to the game’s page by the id it is told', async () => {
    const answer = await rest.call('POST', project('/publish'), draft);
    expect(told(answer)).toEqual([200, withFields({ gameId: anyText })]);
    const { gameId } = answer.json as { gameId: string };
    for (const page of [
      `/game.html?id=${gameId}`,
      `/play/${projectId}`,
      '/zap',
      `/zap/${gameId}`,
      '/discover',
    ])
      expect(seen(await rest.open(page)), page).toEqual([200, matching(/^text\/html/i)]);
    expect(seen(await rest.open(`${project('/thumbnail')}?t=1?t=2`))).toEqual([200, 'image/png']);
  });
});

describe('the game’s page and the feed', () => {
  it('everybody finds the game, plays it without a token, and is counted once', async () => {
    const { games } = (await rest.open('/api/games')).json as {
      games: { id: string; projectId: string; playUrl: string }[];
    };
    const game = games.find((each) => each.projectId === projectId);
    expect(game).toMatchObject({
      projectId,
      title: '星のおさんぽ',
      tags: ['宇宙', '星'],
      playCount: 0,
      likeCount: 0,
    });
    const frame = await rest.open(game?.playUrl ?? '');
    expect([frame.status, frame.headers.get('content-security-policy')]).toEqual([
      200,
      matching(/^sandbox /),
    ]);
    const play = `/api/games/${game?.id}/play`;
    expect(told(await rest.call('POST', play))).toEqual([
      200,
      withFields({ success: true, counted: true, playCount: 1 }),
    ]);
    expect(told(await rest.call('POST', play))).toEqual([
      200,
      withFields({ success: true, counted: false, playCount: 1 }),
    ]);
  });

  it('♥ is kept, and taken back', async () => {
    const { game } = (await rest.get(`/api/games/${projectId}`)).json as { game: { id: string } };
    expect(told(await rest.call('PUT', `/api/games/${game.id}/like`))).toEqual([
      200,
      { success: true, liked: true, likeCount: 1 },
    ]);
    expect((await rest.get(`/api/games/${game.id}`)).json).toMatchObject({
      game: { liked: true, likeCount: 1, isOwner: true },
    });
    expect(told(await rest.call('DELETE', `/api/games/${game.id}/like`))).toEqual([
      200,
      { success: true, liked: false, likeCount: 0 },
    ]);
  });
});

describe('the notifications page', () => {
  it('lists what happened, as the page shows it; read one by one and all at once', async () => {
    const answer = await rest.get('/api/notifications');
    const {
      notifications: [first],
    } = answer.json as { notifications: { id: string }[] };
    expect(answer.status).toBe(200);
    expect(first).toMatchObject({
      id: anyText,
      type: 'project',
      title: anyText,
      message: matching(/星のおさんぽ/),
      createdAt: isoDate,
      read: false,
      icon: 'success',
      projectId,
    });
    expect((await rest.call('POST', `/api/notifications/${first?.id}/read`)).status).toBe(200);
    const read = async () =>
      (
        (await rest.get('/api/notifications')).json as { notifications: { read: boolean }[] }
      ).notifications.map((each) => each.read);
    expect((await read()).filter(Boolean)).toHaveLength(1);
    expect((await rest.call('POST', '/api/notifications/read-all')).status).toBe(200);
    expect(await read()).not.toContain(false);
  });
});

describe('what is kept of all this', () => {
  it('a row for the sign-in, for publishing and for taking back, with who it was', async () => {
    expect(told(await rest.call('POST', project('/unpublish')))).toEqual([200, { success: true }]);
    const { SUPABASE_URL = '', SUPABASE_SERVICE_ROLE_KEY = '' } = stack.env;
    const service = createClient(SUPABASE_URL, SUPABASE_SERVICE_ROLE_KEY, {
      auth: { persistSession: false },
    });
    const rows = async () =>
      (
        await service
          .from('activity_log')
          .select('action,target_type,target_id,details')
          .eq('user_id', user.id)
          .order('created_at')
      ).data;
    await expect.poll(rows, { timeout: patient(30_000) }).toEqual([
      { action: 'signIn', target_type: 'user', target_id: user.id, details: null },
      { action: 'create', target_type: 'project', target_id: projectId, details: anyText },
      { action: 'publish', target_type: 'project', target_id: projectId, details: '星のおさんぽ' },
      { action: 'unpublish', target_type: 'project', target_id: projectId, details: null },
    ]);
  });

  it('no log of any part holds a token, a password or a key', async () => {
    const folder = path.join(stack.dataDir, 'logs');
    const logs =
      (
        await Promise.all(
          (await readdir(folder)).map((name) => readFile(path.join(folder, name), 'utf8')),
        )
      ).join('\n') + (await readFile(stack.logFile, 'utf8'));
    expect(logs).toContain(`/api/projects/${projectId}`);
    const signature = user.accessToken.split('.')[2];
    for (const secret of [
      signature,
      user.password,
      stack.env['SUPABASE_SERVICE_ROLE_KEY'],
      (await readFile(path.join(stack.dataDir, 'secrets', 'callback-secret'), 'utf8')).trim(),
    ]) {
      expect(secret).toEqual(anyText);
      expect(logs).not.toContain(secret);
    }
  });
});

describe('what no page calls', () => {
  it('a public health check', async () => {
    expect(told(await rest.open('/api/health'))).toEqual([
      200,
      { status: 'ok', timestamp: matching(/^\d{4}-.*\.\d{3}Z$/), uptime: anyNumber },
    ]);
  });
});
