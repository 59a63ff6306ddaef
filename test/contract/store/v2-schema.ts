/** database.md §1.1–1.9, column by column: `name type`, `!` = not null, `= default`. */
export const COLUMNS: Readonly<Record<string, readonly string[]>> = {
  users: ['id uuid !', 'email text !', 'display_name text', 'avatar_url text', 'created_at timestamptz ! = now()', 'updated_at timestamptz ! = now()'],
  projects: [
    'id uuid ! = gen_random_uuid()', 'user_id uuid !', "name text ! = 'New Game'", "game_type text = '2d'", 'storage_path text', 'is_public bool ! = false',
    'created_at timestamptz ! = now()', 'updated_at timestamptz ! = now()', 'remixed_from uuid',
  ],
  assets: [
    'id uuid ! = gen_random_uuid()', 'owner_id uuid', 'filename text !', 'original_name text', 'storage_path text !', 'mime_type text', 'size int8',
    'is_public bool ! = false', 'is_deleted bool ! = false', 'tags text', 'description text', 'created_at timestamptz ! = now()', 'updated_at timestamptz ! = now()',
    'available_from timestamptz', 'available_until timestamptz', 'alias text !', 'hash text !', 'hash_short text = generated', 'original_asset_id uuid',
    'created_in_project_id uuid', 'is_remix_allowed bool = false', 'is_global bool = false', 'category text',
  ],
  project_assets: ['id uuid ! = gen_random_uuid()', 'project_id uuid !', 'asset_id uuid !', "usage_type text = 'image'", 'added_at timestamptz = now()'],
  chat_history: ['id uuid ! = gen_random_uuid()', 'project_id uuid !', 'role text !', 'message text !', 'created_at timestamptz = now()'],
  jobs: [
    'id uuid ! = gen_random_uuid()', 'user_id uuid !', 'project_id uuid !', "status text = 'pending'", 'progress int4 = 0', 'progress_message text', 'result text', 'error text',
    'created_at timestamptz = now()', 'updated_at timestamptz = now()',
  ],
  publish_drafts: [
    'project_id uuid !', 'title text', 'description text', 'how_to_play text', 'tags text', "visibility text = 'private'", "remix text = 'disallow'", 'thumbnail_url text',
    'updated_at timestamptz = now()',
  ],
  activity_log: ['id uuid ! = gen_random_uuid()', 'user_id uuid', 'action text !', 'target_type text', 'target_id text', 'details text', 'created_at timestamptz = now()'],
  games: [
    'id uuid ! = gen_random_uuid()', 'project_id uuid', 'user_id uuid !', 'title text !', 'description text', 'game_url text !', 'thumbnail_url text', 'play_count int8 ! = 0',
    'like_count int8 ! = 0', "visibility text ! = 'public'", 'created_at timestamptz ! = now()',
  ],
};

/** database.md §1.10. */
export const INDEXES = [
  'idx_projects_user_id', 'idx_projects_updated_at', 'idx_projects_user_updated', 'idx_projects_is_public', 'idx_projects_remixed_from', 'idx_projects_public',
  'idx_assets_owner_id', 'idx_assets_is_public', 'idx_assets_is_deleted', 'idx_assets_owner_active', 'idx_assets_hash', 'idx_assets_original_asset_id',
  'idx_assets_created_in_project_id', 'idx_assets_global', 'idx_assets_global_alias_unique', 'idx_assets_public_active',
  'idx_project_assets_project_id', 'idx_project_assets_asset_id', 'idx_chat_history_project_id', 'idx_chat_history_created_at',
  'idx_jobs_user_id', 'idx_jobs_project_id', 'idx_jobs_status', 'idx_jobs_user_status', 'idx_publish_drafts_project_id',
  'idx_activity_log_user_id', 'idx_activity_log_action', 'idx_activity_log_created_at', 'idx_activity_log_user_created',
  'idx_games_visibility', 'idx_games_created_at', 'idx_games_user_id', 'idx_games_project_id',
] as const;
