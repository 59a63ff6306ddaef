import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '@supabase/supabase-js';
import { HTTP_ROUTES } from '../../../src/contracts/http-routes/index.js';
import { gameIdFor } from '../../../src/contracts/base/ids.js';
import { createStore, type Store } from '../../../src/store/index.js';
import { multipart } from '../../contract/http/multipart.js';
import { PIXEL } from '../../contract/http/test-api.js';
import { CHANGE } from '../../contract/store/rls-rows.js';
import { log } from '../../support/database.js';
import { Listener } from '../../support/listener.js';
import { patient } from '../../support/patience.js';
import { createUser, signIn, type TestUser } from '../../support/users.js';
import { inTurns, type Tally, type Wall } from '../wall.js';
import { publishVersion } from '../../support/versions.js';

interface Place {
  readonly baseUrl: string;
  readonly env: Readonly<Record<string, string>>;
  readonly dataDir: string;
}

const TABLES = [...Object.keys(CHANGE), 'users', 'profiles'];
const COLUMNS = ['id', 'project_id', 'game_id', 'user_id', 'owner_id'];
const LISTING = { title: '星よけ', visibility: 'public', remix: 'allowed' };
/** These write nothing of a publication and take a model or a renderer. */
const COSTLY = /generate-|remove-background|\/api\/(account|ops|push)\//;

/** What a game consists of: the sample keeps to these. */
const TAGS = ['projects', 'assets', 'publishing', 'games'];

/** Every write that an owner reaches, and his whole account, on a game that was taken down. */
export const takedowns: Wall = {
  name: 'a game that was taken down: every write of its owner, his account deleted and made again',
  attack: ({ stack }, tally, isSmall) => attackTakedown(stack, tally, isSmall),
};

/** `isSmall`: whether the game is still down is read once per table, not after each request. */
export async function attackTakedown(place: Place, tally: Tally, isSmall: boolean): Promise<void> {
  const game = await BannedGame.make(place);
  await tally.try('before the take-down everything is public', () => game.isPublic());
  await game.takeDown();
  const check = (what: string) => tally.try(what, () => game.isDown());
  await check('the take-down');
  await attackRows(game, tally, isSmall);
  await check('after all rows');
  await attackRoutes(game, tally, isSmall);
  await attackFrames(game, tally);
  await game.post('/rest/v1/projects', game.projectRow());
  await game.post('/rest/v1/games', game.gameRow());
  await check('the deleted project inserted again under its id');
  await tally.try('its files published again under its id', () => game.refusesContent(game.id));
  await attackAccount(game, tally);
}

/** Each table × insert, upsert, update and delete, by every column that could name the game. */
async function attackRows(game: BannedGame, tally: Tally, isSmall: boolean): Promise<void> {
  for (const table of TABLES) {
    const row = { ...game.rowOf(table), ...CHANGE[table] };
    const writes = [
      () => game.post(`/rest/v1/${table}`, row),
      () => game.post(`/rest/v1/${table}`, row, 'resolution=merge-duplicates'),
      ...COLUMNS.flatMap((column) =>
        game
          .idsOf(column)
          .flatMap((id) => [
            () => game.rest('PATCH', `${table}?${column}=eq.${id}`, game.rowOf(table)),
            () => game.rest('DELETE', `${table}?${column}=eq.${id}`),
          ]),
      ),
    ];
    for (const write of writes) {
      if (isSmall) await write();
      else
        await tally.try(`a write to ${table}`, async () => {
          await write();
          return game.isDown();
        });
    }
    await tally.try(`all writes to ${table}`, () => game.isDown());
  }
}

async function attackRoutes(game: BannedGame, tally: Tally, isSmall: boolean): Promise<void> {
  await tally.try('the same bytes uploaded again', () => game.reuploadIsHidden());
  const routes = HTTP_ROUTES.filter(
    ({ method, guard, path, tag }) =>
      method !== 'get' &&
      (!isSmall || TAGS.includes(tag)) &&
      guard !== 'none' &&
      guard !== 'operator' &&
      !COSTLY.test(path),
  );
  await inTurns(
    routes.flatMap((route) => game.idsOf('id').map((id) => ({ route, id }))),
    async ({ route: { method, path }, id }) => {
      const target = path.replaceAll(/:(projectId|id|gameId|actionId|jobId)/g, id);
      await game.call(method.toUpperCase(), target.replaceAll(/:\w+/g, 'x'), {
        ...LISTING,
        isPublic: true,
        actionId: randomUUID(),
      });
      await tally.try(`${method} ${target}`, () => game.isDown());
    },
  );
  await tally.try('the same content in a new project', () => game.refusesContent());
}

async function attackFrames(game: BannedGame, tally: Tally): Promise<void> {
  const listener = new Listener(game.place.baseUrl, game.owner.accessToken);
  await listener.open();
  const answers =
    /^(projectSelected|projectRenamed|restored|versionRestored|projectDeleted|error)$/;
  for (const frame of [
    { type: 'selectProject' },
    { type: 'renameProject', name: '別の名前' },
    { type: 'restoreVersion', versionId: game.revision.slice(0, 7), hash: game.revision },
    { type: 'deleteProject' },
  ])
    await tally.try(`frame ${frame.type}`, async () => {
      const from = listener.frames.length;
      listener.send({ ...frame, projectId: game.id });
      await listener.until(({ type }) => answers.test(type), from, patient(30_000));
      return game.isDown();
    });
  listener.close();
}

async function attackAccount(game: BannedGame, tally: Tally): Promise<void> {
  const old = game.owner;
  await game.call('POST', '/api/account/delete', { confirm: 'DELETE' });
  await tally.try('the token of the deleted account', () => game.untilRefused());
  await tally.try('the account deleted', () => game.isDown());
  await game.signUpAgain();
  await game.post('/rest/v1/projects', game.projectRow());
  await tally.try('signed up again, its files under its id', () => game.refusesContent(game.id));
  await tally.try('signed up again, its files in a new project', () => game.refusesContent());
  await tally.try('signed up again', () => game.isDown());
  await tally.try('found by the address of the deleted account', () => game.isFound(old.email));
}

/** A game with an asset and a thumbnail, made and published by its owner, that is taken down. */
class BannedGame {
  readonly revision: string;
  private constructor(
    readonly place: Place,
    readonly operator: TestUser,
    public owner: TestUser,
    readonly id: string,
    private readonly store: Store,
    private readonly files: Readonly<Record<string, string>>,
    private readonly asset: { readonly id: string; readonly url: string },
    { revision }: { revision: string },
  ) {
    this.revision = revision;
  }

  static async make(place: Place): Promise<BannedGame> {
    const { SUPABASE_URL = '', SUPABASE_ANON_KEY = '', SUPABASE_SERVICE_ROLE_KEY = '' } = place.env;
    const store = createStore({ SUPABASE_URL, SUPABASE_ANON_KEY, SUPABASE_SERVICE_ROLE_KEY }, log);
    const operator = await createUser(place.env, 'operator', {
      app_metadata: { role: 'operator' },
    });
    const owner = await createUser(place.env, 'banned');
    const asset = await upload(place, owner);
    const page = `<html><head></head><body><img src="${asset.url}">${randomUUID()}</body></html>`;
    const files = { 'index.html': page };
    const { id } = await store.projects.create(owner.id, '星よけ');
    const revision = await publishVersion({ store }, place.dataDir, owner, id, files);
    const game = new BannedGame(place, operator, owner, id, store, files, asset, { revision });
    await upload(place, owner, `/api/projects/${id}/upload-thumbnail`, 'thumbnail');
    await game.call('PUT', `/api/assets/${asset.id}/publish`, { isPublic: true });
    const published = await game.publish(id);
    if (published !== 200) throw new Error(`the game was not published: ${published}`);
    return game;
  }

  async takeDown(): Promise<void> {
    const target = `/api/ops/games/${gameIdFor(this.id)}/take-down`;
    await this.call('POST', target, { reason: 'a stolen image' }, this.operator);
  }

  /** Null = the address is not public. */
  private async shown(): Promise<Record<string, number>> {
    const game = gameIdFor(this.id);
    const paths = {
      card: `/api/games/${game}`,
      files: `/game/published/${game}/${this.revision}/index.html`,
      thumbnail: `/api/projects/${this.id}/thumbnail`,
      asset: this.asset.url,
    };
    const found = await Promise.all(
      Object.entries(paths).map(async ([name, path]) => {
        const answer = await fetch(`${this.place.baseUrl}${path}`);
        await answer.arrayBuffer();
        return [name, answer.status] as const;
      }),
    );
    return Object.fromEntries(found);
  }

  async isPublic(): Promise<true | string> {
    const shown = await this.shown();
    return Object.values(shown).every((status) => status === 200) || JSON.stringify(shown);
  }

  /** True = nobody reaches it, and operators find it. */
  async isDown(): Promise<true | string> {
    const shown = await this.shown();
    if (!Object.values(shown).every((status) => status === 404)) return JSON.stringify(shown);
    return this.isFound(gameIdFor(this.id));
  }

  async isFound(search: string): Promise<true | string> {
    const query = new URLSearchParams({ down: 'true', search });
    const { json } = await this.call(
      'GET',
      `/api/ops/games?${query.toString()}`,
      undefined,
      this.operator,
    );
    const { games = [] } = json as { games?: { id: string; title: string; reason: string }[] };
    const isThere = games.some(
      ({ id, title, reason }) =>
        id === gameIdFor(this.id) && title === '星よけ' && reason === 'a stolen image',
    );
    return isThere || `operators do not find it by ${search}`;
  }

  /** The game's own files in a project of the owner: they must not become public. */
  async refusesContent(id?: string): Promise<true | string> {
    const projectId = id ?? (await this.store.projects.create(this.owner.id, '写し')).id;
    await publishVersion(
      { store: this.store },
      this.place.dataDir,
      this.owner,
      projectId,
      this.files,
    );
    const status = await this.publish(projectId);
    if (status !== 403) return `publishing answered ${status}`;
    const card = await fetch(`${this.place.baseUrl}/api/games/${gameIdFor(projectId)}`);
    return card.status === 404 || 'the copy is public';
  }

  async reuploadIsHidden(): Promise<true | string> {
    const { id, url } = await upload(this.place, this.owner);
    await this.call('PUT', `/api/assets/${id}/publish`, { isPublic: true });
    const { status } = await fetch(`${this.place.baseUrl}${url}`);
    return status === 404 || `the asset is public under ${url}`;
  }

  async untilRefused(): Promise<true | string> {
    const { SUPABASE_URL = '', SUPABASE_SERVICE_ROLE_KEY = '' } = this.place.env;
    const { auth } = createClient(SUPABASE_URL, SUPABASE_SERVICE_ROLE_KEY, NO_SESSION);
    // D7: a token ends within two seconds of its account.
    let goneMs: number | null = null;
    let status = 0;
    for (const endMs = performance.now() + patient(60_000); performance.now() < endMs;) {
      if ((await auth.admin.getUserById(this.owner.id)).data.user === null)
        goneMs ??= performance.now();
      if (goneMs !== null) ({ status } = await this.call('GET', '/api/projects'));
      if (status === 401) return true;
      if (goneMs !== null && performance.now() > goneMs + patient(5_000)) return `${status}`;
      await sleep(100);
    }
    return 'the account was not deleted';
  }

  async signUpAgain(): Promise<void> {
    const { SUPABASE_URL = '', SUPABASE_SERVICE_ROLE_KEY = '' } = this.place.env;
    const { auth } = createClient(SUPABASE_URL, SUPABASE_SERVICE_ROLE_KEY, NO_SESSION);
    const { email, password } = this.owner;
    const { data, error } = await auth.admin.createUser({ email, password, email_confirm: true });
    if (error) throw error;
    const accessToken = await signIn(this.place.env, this.owner);
    this.owner = { email, password, id: data.user.id, accessToken };
  }

  publish = async (id: string): Promise<number> =>
    (await this.call('POST', `/api/projects/${id}/publish`, LISTING)).status;

  async call(method: string, path: string, body?: object, as = this.owner) {
    const answer = await fetch(`${this.place.baseUrl}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${as.accessToken}`,
        apikey: this.place.env['SUPABASE_ANON_KEY'] ?? '',
        ...(body ? { 'content-type': 'application/json' } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const json: unknown = await answer.json().catch(() => null);
    return { status: answer.status, json };
  }

  rest = (method: string, query: string, body?: object) =>
    this.call(method, `/rest/v1/${query}`, body);

  async post(path: string, row: object, prefer = ''): Promise<void> {
    await fetch(`${this.place.baseUrl}${path}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${this.owner.accessToken}`,
        apikey: this.place.env['SUPABASE_ANON_KEY'] ?? '',
        'content-type': 'application/json',
        prefer,
      },
      body: JSON.stringify(row),
    });
  }

  idsOf(column: string): string[] {
    if (column === 'user_id' || column === 'owner_id') return [this.owner.id];
    return column === 'id'
      ? [this.id, gameIdFor(this.id), this.asset.id]
      : [column === 'game_id' ? gameIdFor(this.id) : this.id];
  }

  projectRow = () => ({ id: this.id, user_id: this.owner.id, name: '星よけ', is_public: true });

  gameRow = () => ({
    id: gameIdFor(this.id),
    project_id: this.id,
    user_id: this.owner.id,
    title: '星よけ',
    game_url: '/game.html',
    visibility: 'public',
    revision: this.revision,
    content_hash: 'x',
  });

  rowOf(table: string): Record<string, unknown> {
    switch (table) {
      case 'projects':
        return this.projectRow();
      case 'games':
        return this.gameRow();
      case 'assets':
        return { owner_id: this.owner.id, is_public: true };
      case 'takedowns':
        return { game_id: gameIdFor(this.id), project_id: this.id, content_hash: null };
      default:
        return { project_id: this.id, user_id: this.owner.id };
    }
  }
}

const NO_SESSION = { auth: { persistSession: false, autoRefreshToken: false } };

/** The asset that the game shows; its bytes are the same each time. */
async function upload(
  { baseUrl }: Place,
  owner: TestUser,
  path = '/api/assets/upload',
  field = 'file',
): Promise<{ id: string; url: string }> {
  const { body, headers } = multipart([], [{ bytes: PIXEL, name: '星.png', field }]);
  const answer = await fetch(`${baseUrl}${path}`, {
    method: 'POST',
    headers: { ...headers, authorization: `Bearer ${owner.accessToken}` },
    body: new Uint8Array(body),
  });
  const json = (await answer.json()) as Record<string, unknown>;
  if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${JSON.stringify(json)}`);
  const asset = (json['asset'] ?? json) as Record<string, unknown>;
  return { id: String(asset['id']), url: String(asset['url']) };
}
