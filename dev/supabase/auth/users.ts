import type pg from 'pg';
import { z } from 'zod';
import { authError } from './errors.js';

/** A user as GoTrue answers it. */
export interface AuthUser {
  readonly id: string;
  /** Empty: a guest's. */
  readonly email: string;
  readonly app_metadata: Record<string, unknown>;
  readonly user_metadata: Record<string, unknown>;
  readonly is_anonymous: boolean;
  readonly [field: string]: unknown;
}

const email = z.string().trim().toLowerCase().pipe(z.email());
/** bcrypt sees 72 bytes and no more. */
const password = z.string().max(72);
const metadata = z.record(z.string(), z.unknown());

export const NewUser = z.object({
  id: z.uuid().optional(),
  email,
  password: password.optional(),
  user_metadata: metadata.default({}),
  app_metadata: metadata.default({}),
  email_confirm: z.boolean().optional(),
});
export type NewUser = z.infer<typeof NewUser>;

export const UserChanges = z.object({
  email: email.optional(),
  password: password.optional(),
  user_metadata: metadata.optional(),
  app_metadata: metadata.optional(),
});
export type UserChanges = z.infer<typeof UserChanges>;

const USER = `json_build_object(
  'id', u.id, 'aud', u.aud, 'role', u.role, 'email', coalesce(u.email, ''), 'phone', '',
  'email_confirmed_at', u.email_confirmed_at, 'confirmed_at', u.email_confirmed_at,
  'last_sign_in_at', u.last_sign_in_at, 'app_metadata', u.raw_app_meta_data,
  'user_metadata', u.raw_user_meta_data, 'identities', '[]'::json,
  'is_anonymous', u.is_anonymous, 'created_at', u.created_at, 'updated_at', u.updated_at
) as "user"`;
const HASH = (placeholder: string): string =>
  `extensions.crypt(${placeholder}, extensions.gen_salt('bf', 8))`;

/** How a user signs in, as `app_metadata` has it. */
export const ofProvider = (provider: 'email' | 'google') => ({ provider, providers: [provider] });

/** Rows of auth.users; the pool is the superuser's. */
export class Users {
  constructor(private readonly pool: pg.Pool) {}

  /** Creates a confirmed user; an address or id that exists is refused with 422. */
  async create(user: NewUser, provider: 'email' | 'google'): Promise<AuthUser> {
    if (user.password !== undefined) refuseWeakPassword(user.password);
    try {
      const { rows } = await this.pool.query<{ user: AuthUser }>(
        `insert into auth.users as u (id, email, encrypted_password, email_confirmed_at,
           raw_user_meta_data, raw_app_meta_data)
         values (coalesce($1, gen_random_uuid()), $2,
           case when $3::text is null then null else ${HASH('$3')} end, now(), $4, $5)
         returning ${USER}`,
        [
          user.id ?? null,
          user.email,
          user.password ?? null,
          user.user_metadata,
          { ...ofProvider(provider), ...user.app_metadata },
        ],
      );
      return only(rows);
    } catch (error) {
      throw takenOr(error);
    }
  }

  /** Creates a user without any proof of who he is. */
  async createGuest(metadata: NewUser['user_metadata']): Promise<AuthUser> {
    const { rows } = await this.pool.query<{ user: AuthUser }>(
      `insert into auth.users as u (raw_user_meta_data, is_anonymous) values ($1, true)
       returning ${USER}`,
      [metadata],
    );
    return only(rows);
  }

  byId(id: string): Promise<AuthUser | undefined> {
    return this.first('u.id = $1', [id]);
  }

  byEmail(address: string): Promise<AuthUser | undefined> {
    return this.first('u.email = $1', [address]);
  }

  /** The user with this address and password. */
  byPassword(address: string, given: string): Promise<AuthUser | undefined> {
    return this.first(
      'u.email = lower(trim($1)) and ' +
        'u.encrypted_password = extensions.crypt($2, u.encrypted_password)',
      [address, given],
    );
  }

  private async first(condition: string, values: string[]): Promise<AuthUser | undefined> {
    const { rows } = await this.pool.query<{ user: AuthUser }>(
      `select ${USER} from auth.users u where ${condition}`,
      values,
    );
    return rows[0]?.user;
  }

  /** One page of all users, oldest first, with the number of all. */
  async page(page: number, perPage: number): Promise<{ users: AuthUser[]; total: number }> {
    const { rows } = await this.pool.query<{ user: AuthUser }>(
      `select ${USER} from auth.users u order by u.created_at, u.id limit $1 offset $2`,
      [perPage, (page - 1) * perPage],
    );
    const count = await this.pool.query<{ total: number }>(
      'select count(*)::int as total from auth.users',
    );
    return { users: rows.map(({ user }) => user), total: count.rows[0]?.total ?? 0 };
  }

  /** Changes what is given; metadata is merged key by key. With an address a guest is none. */
  async update(id: string, changes: UserChanges): Promise<AuthUser> {
    if (changes.password !== undefined) refuseWeakPassword(changes.password);
    try {
      const { rows } = await this.pool.query<{ user: AuthUser }>(
        `update auth.users u set email = coalesce($2, u.email),
           is_anonymous = u.is_anonymous and $2::text is null,
           email_confirmed_at = coalesce(u.email_confirmed_at,
             case when $2::text is not null then now() end),
           encrypted_password = case when $3::text is null
             then u.encrypted_password else ${HASH('$3')} end,
           raw_user_meta_data = u.raw_user_meta_data || $4::jsonb,
           raw_app_meta_data = u.raw_app_meta_data || $5::jsonb, updated_at = now()
         where u.id = $1 returning ${USER}`,
        [
          id,
          changes.email ?? null,
          changes.password ?? null,
          changes.user_metadata ?? {},
          changes.app_metadata ?? {},
        ],
      );
      return rows[0]?.user ?? refuseUnknownUser();
    } catch (error) {
      throw takenOr(error);
    }
  }

  async delete(id: string): Promise<void> {
    const { rowCount } = await this.pool.query('delete from auth.users where id = $1', [id]);
    if (!rowCount) refuseUnknownUser();
  }
}

export function refuseUnknownUser(): never {
  throw authError(404, 'user_not_found', 'User not found');
}

function refuseWeakPassword(given: string): void {
  if (given.length >= 6) return;
  throw authError(422, 'weak_password', 'Password should be at least 6 characters.', {
    weak_password: { reasons: ['length'] },
  });
}

/** A collision in auth.users itself, not in a table that a trigger of the product fills. */
function takenOr(error: unknown): unknown {
  const { code, schema, table } = error as { code?: string; schema?: string; table?: string };
  if (code !== '23505' || schema !== 'auth' || table !== 'users') return error;
  return authError(
    422,
    'email_exists',
    'A user with this email address has already been registered',
  );
}

function only(rows: readonly { user: AuthUser }[]): AuthUser {
  const [row] = rows;
  if (!row) throw new Error('PostgreSQL returned no user');
  return row.user;
}
