import { z } from 'zod';
import { AppError, unavailable } from '../../contracts/base/errors.js';
import { isUuid } from '../../contracts/base/ids.js';
import { askAny, askColumn, call, existing, type Client } from './client.js';

/** The claims of an access token. */
export interface UserIdentity {
  readonly id: string;
  readonly email: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** Table `users`: one row per account. */
export function usersTable(client: Client) {
  const ids = () => client.from('users').select('id');
  return {
    /**
     * Repairs a missing row, which the sign-up trigger normally made. May be called at any time, by
     * several at once.
     */
    async ensure({ id, email, metadata }: UserIdentity): Promise<'created' | 'existing'> {
      if (await askAny('find the user', ids().eq('id', id))) return 'existing';
      const row = {
        id,
        email,
        display_name:
          text(metadata['full_name']) ?? text(metadata['name']) ?? email.split('@')[0] ?? null,
        avatar_url: text(metadata['avatar_url']) ?? text(metadata['picture']),
      };
      const query = client
        .from('users')
        .upsert(row, { onConflict: 'id', ignoreDuplicates: true })
        .select('id');
      return (await askAny('create the user', query)) ? 'created' : 'existing';
    },

    /** Which of these users exist. */
    existing: (userIds: readonly string[]): Promise<Set<string>> =>
      existing('look which users exist', client, 'users', userIds),

    /** The user with this address, or this id; null = no user has the address. */
    async idOf(user: string): Promise<string | null> {
      const isId: boolean = isUuid(user);
      if (isId) return user.toLowerCase();
      const query = ids().eq('email', user).limit(1);
      return (await askColumn('find the user by address', query, 'id'))[0] ?? null;
    },

    /** Null = there is no such user. */
    async isGuest(id: string): Promise<boolean | null> {
      const { data, error } = await client.auth.admin.getUserById(id);
      if (error?.status === 404) return null;
      if (error) throw unavailable(`find the user: ${error.message}`);
      return data.user.is_anonymous === true;
    },

    /** Guests whose sessions and work all ended that long ago, the oldest first. */
    forgottenGuests: (idleMs: number, limit: number): Promise<string[]> =>
      call(client, 'forgotten_guests', { idleMs, limit }, z.array(z.string())),

    /**
     * Removes the account of a user with all of its rows (foreign keys); a repeat changes nothing.
     */
    async remove(id: string): Promise<void> {
      const { error } = await client.auth.admin.deleteUser(id);
      if (error && error.status !== 404)
        throw new AppError('OPERATION_FAILED', `remove the user: ${error.message}`);
    },
  };
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
