import { randomUUID } from 'node:crypto';
import type { TestDatabase } from '../../support/database.js';
import type { TestUser } from '../../support/users.js';

/** What the rows of the matrix hang on. */
export interface MatrixRows {
  readonly owner: TestUser;
  readonly privateProject: string;
  readonly publicProject: string;
}

export type Place = 'private' | 'public';
type Row = Record<string, unknown>;

export async function seedMatrix(database: TestDatabase): Promise<MatrixRows> {
  const owner = await database.createUser('owner');
  const project = async (isPublic: boolean): Promise<string> => {
    const [row] = await database.sql<{ id: string }>(
      'insert into public.projects (user_id, is_public) values ($1, $2) returning id',
      [owner.id, isPublic],
    );
    return row?.id ?? '';
  };
  return { owner, privateProject: await project(false), publicProject: await project(true) };
}

/** What a row is made of. */
interface Seed {
  readonly id: string;
  readonly user_id: string;
  readonly project_id: string;
  readonly place: Place;
  readonly database: TestDatabase;
}

/**
 * Table → a valid new row of the owner's, with what has to be there before it. Ended jobs only: one
 * may be active per user.
 */
const ROWS: Readonly<Record<string, (seed: Seed) => Row | Promise<Row>>> = {
  projects: ({ id, user_id, place }) => ({ id, user_id, is_public: place === 'public' }),
  assets: ({ id, user_id, place }) => ({
    id,
    owner_id: user_id,
    filename: 'a.png',
    storage_path: '/a.png',
    is_public: place === 'public',
  }),
  project_assets: async ({ id, user_id, project_id, database }) => {
    const asset_id = randomUUID();
    await database.sql(
      'insert into public.assets (id, owner_id, filename, storage_path) values ($1, $2, ' +
        `'b.png', '/b.png')`,
      [asset_id, user_id],
    );
    return { id, project_id, asset_id };
  },
  chat_history: ({ id, project_id }) => ({ id, project_id, role: 'user', message: 'こんにちは' }),
  jobs: ({ id, user_id, project_id }) => ({ id, user_id, project_id, status: 'completed' }),
  publish_drafts: async ({ id, user_id, place, database }) => {
    await database.sql('insert into public.projects (id, user_id, is_public) values ($1, $2, $3)', [
      id,
      user_id,
      place === 'public',
    ]);
    return { project_id: id, title: '題' };
  },
  activity_log: ({ id, user_id }) => ({ id, user_id, action: 'update' }),
  games: ({ id, user_id, project_id }) => ({
    id,
    user_id,
    project_id,
    title: '題',
    game_url: '/g',
  }),
  game_likes: async ({ user_id, database }) => ({
    game_id: await newGame(user_id, database),
    user_id,
  }),
  game_plays: async ({ user_id, database }) => ({
    game_id: await newGame(user_id, database),
    player: user_id,
  }),
  // Without a user it is for everybody who is signed in.
  notifications: ({ id, user_id, place }) => ({
    id,
    user_id: place === 'public' ? null : user_id,
    type: 'system',
    title: '題',
    message: '文',
  }),
  notification_reads: async ({ id, user_id, database }) => {
    await database.sql(
      `insert into public.notifications (id, type, title, message) values ($1, 'system', '題', '文')`,
      [id],
    );
    return { notification_id: id, user_id };
  },
  push_subscriptions: ({ id, user_id }) => ({
    id,
    user_id,
    endpoint: `https://fcm.googleapis.com/fcm/send/${id}`,
    p256dh: 'B',
    auth: 'a',
    language: 'ja',
  }),
  queued_messages: ({ id, user_id, project_id }) => ({
    id,
    message_id: id,
    user_id,
    project_id,
    content: '敵を増やして',
  }),
  actions: ({ id, user_id, project_id }) => ({ id, user_id, project_id, kind: 'restore' }),
  revisions: ({ id, project_id }) => {
    const ordinal = Math.floor(Math.random() * 1e9) + 1;
    return {
      project_id,
      ordinal,
      revision: randomUUID().replaceAll('-', '').padEnd(40, '0'),
      job_id: id,
      kind: 'generate',
      subject: '題',
    };
  },
  usage_events: ({ id, user_id }) => ({
    id,
    user_id,
    call_id: id,
    kind: 'model',
    backend: 'local',
    state: 'settled',
  }),
  image_claims: ({ id, user_id }) => ({ user_id, wish: id, action_id: id }),
  notice_mutes: async ({ user_id, database }) => {
    await database.sql('delete from public.notice_mutes where user_id = $1', [user_id]);
    return { user_id, event: 'liked' };
  },
  short_links: ({ id, project_id }) => ({
    code: id
      .replaceAll(/[^2-9cdf]/g, '')
      .padEnd(6, 'x')
      .slice(0, 6),
    game_id: id,
    project_id,
  }),
  project_thumbnails: async ({ project_id, database }) => {
    await database.sql('delete from public.project_thumbnails where project_id = $1', [project_id]);
    return { project_id, is_kept: true };
  },
  leases: ({ id }) => ({ name: id, holder: 'test', leased_until: '2026-01-01T00:00:00Z' }),
  volume_sizes: async ({ user_id, database }) => {
    // One row per user: the one before makes room.
    await database.sql('delete from public.volume_sizes where user_id = $1', [user_id]);
    return { user_id, mirror_bytes: 1 };
  },
  backend_state: async ({ database }) => {
    // The only row there may be.
    await database.sql('delete from public.backend_state');
    return { is_only_row: true, switch: 'local', updated_by: 'test' };
  },
  object_home: async ({ id, database }) => {
    // The only row there may be.
    await database.sql('delete from public.object_home');
    return { is_only_row: true, id, place: 'test' };
  },
  watch_state: async ({ database }) => {
    // The only row there may be.
    await database.sql('delete from public.watch_state');
    return { is_only_row: true, holder: 'test', leased_until: '2026-01-01T00:00:00Z' };
  },
  project_changes: async ({ id, user_id, database }) => {
    // A project brings its row along: it makes room.
    await database.sql('insert into public.projects (id, user_id) values ($1, $2)', [id, user_id]);
    await database.sql('delete from public.project_changes where project_id = $1', [id]);
    return { project_id: id };
  },
  volume_heads: ({ id, user_id }) => ({ project_id: id, user_id, revision: 'a'.repeat(40) }),
  modal_calls: ({ id, user_id }) => ({
    function_call_id: id,
    call_id: id,
    user_id,
    function: 'generate-game',
  }),
  alerts: ({ id }) => ({ id, kind: 'test', key: id, message: '!' }),
  takedowns: ({ id, project_id, user_id }) => ({ game_id: id, project_id, user_id, reason: '!' }),
  game_contents: ({ id, project_id, user_id }) => ({
    game_id: id,
    revision: 'a'.repeat(40),
    project_id,
    user_id,
    content_hash: 'b',
  }),
  audit_log: ({ id, user_id }) => ({
    id,
    operator_id: user_id,
    operator_email: 'operator@example.test',
    act: 'cancel',
    target_id: id,
    owner_id: user_id,
    reason: '!',
  }),
};

export async function newRow(
  table: string,
  { owner, privateProject, publicProject }: MatrixRows,
  place: Place,
  database: TestDatabase,
): Promise<Row> {
  const make = ROWS[table];
  if (make === undefined) throw new Error(`no rows for ${table}`);
  return make({
    id: randomUUID(),
    user_id: owner.id,
    project_id: place === 'public' ? publicProject : privateProject,
    place,
    database,
  });
}

async function newGame(userId: string, database: TestDatabase): Promise<string> {
  const [row] = await database.sql<{ id: string }>(
    `insert into public.games (user_id, title, game_url) values ($1, '題', '/g') returning id`,
    [userId],
  );
  return row?.id ?? '';
}

/** Column by which a row of the table is found. */
export const KEY: Readonly<Record<string, string>> = {
  publish_drafts: 'project_id',
  queued_messages: 'id',
  revisions: 'job_id',
  volume_sizes: 'user_id',
  modal_calls: 'function_call_id',
  backend_state: 'is_only_row',
  watch_state: 'is_only_row',
  object_home: 'is_only_row',
  image_claims: 'wish',
  notice_mutes: 'user_id',
  short_links: 'game_id',
  project_thumbnails: 'project_id',
  leases: 'name',
  volume_heads: 'project_id',
  project_changes: 'project_id',
  takedowns: 'game_id',
  game_contents: 'game_id',
  game_likes: 'game_id',
  game_plays: 'game_id',
  notification_reads: 'notification_id',
};

/** A change that leaves the row where it is. */
export const CHANGE: Readonly<Record<string, Row>> = {
  projects: { name: '改' },
  assets: { description: '改' },
  project_assets: { usage_type: 'other' },
  chat_history: { message: '改' },
  jobs: { progress_message: '改' },
  publish_drafts: { title: '改' },
  activity_log: { details: '改' },
  games: { title: '改' },
  queued_messages: { content: '改' },
  actions: { error: '改' },
  revisions: { subject: '改' },
  usage_events: { failure: '改' },
  volume_sizes: { mirror_bytes: 2 },
  modal_calls: { function: '改' },
  alerts: { message: '改' },
  audit_log: { reason: '改' },
  takedowns: { reason: '改' },
  game_contents: { content_hash: 'c' },
  backend_state: { share_percent: 50 },
  watch_state: { holder: '改' },
  object_home: { place: '改' },
  notice_mutes: { event: 'played' },
  short_links: { code: '222222' },
  project_thumbnails: { is_kept: false },
  image_claims: { action_id: '00000000-0000-0000-0000-000000000000' },
  leases: { holder: '改' },
  project_changes: { change_no: 7 },
  volume_heads: { revision: 'b'.repeat(40) },
  game_likes: { created_at: '2026-01-01T00:00:00Z' },
  game_plays: { played_at: '2026-01-01T00:00:00Z' },
  notifications: { title: '改' },
  notification_reads: { read_at: '2026-01-01T00:00:00Z' },
  push_subscriptions: { language: 'en' },
};
