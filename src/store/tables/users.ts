import { z } from 'zod';
import { AppError } from '../../contracts/errors.js';
import { isUuid } from '../../contracts/ids.js';
import { ask, existingIds, type Client } from './client.js';

/** Who signed in, as far as a token tells. */
export interface UserIdentity {
  readonly id: string;
  readonly email: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}

const Ids = z.array(z.object({ id: z.string() }));

export type Users = ReturnType<typeof usersTable>;

/** Table `users`: one row per account. */
export function usersTable(client: Client) {
  return {
    /**
     * Repairs a missing row, which the sign-up trigger normally made. May be called at any time, by
     * several at once.
     */
    async ensure({ id, email, metadata }: UserIdentity): Promise<'created' | 'existing'> {
      const known = await ask('find the user', client.from('users').select('id').eq('id', id), Ids);
      if (known.length > 0) return 'existing';
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
      return (await ask('create the user', query, Ids)).length > 0 ? 'created' : 'existing';
    },

    /** Which of these users exist. */
    existing: (userIds: readonly string[]): Promise<Set<string>> =>
      existingIds('look which users exist', userIds, (ids) =>
        client.from('users').select('id').in('id', ids),
      ),

    /** The user with this address, or this id; null = nobody has the address. */
    async idOf(user: string): Promise<string | null> {
      const isId: boolean = isUuid(user);
      if (isId) return user.toLowerCase();
      const query = client.from('users').select('id').eq('email', user).limit(1);
      return (await ask('find the user by address', query, Ids))[0]?.id ?? null;
    },

    /**
     * Removes the sign-in of a user, and by the database's own rules every row that is his.
     * Nothing there is fine.
     */
    async remove(id: string): Promise<void> {
      const { error } = await client.auth.admin.deleteUser(id);
      if (error && error.status !== 404)
        throw new AppError('OPERATION_FAILED', `remove the user: ${error.message}`);
    },

    /** Ids of the users after `after` (null = from the first), in their order. */
    async idsAfter(after: string | null, limit: number): Promise<string[]> {
      const all = client.from('users').select('id').order('id').limit(limit);
      return (await ask('list the users', after === null ? all : all.gt('id', after), Ids)).map(
        ({ id }) => id,
      );
    },
  };
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
