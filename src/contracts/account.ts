import { z } from 'zod';

/** Nobody deletes an account by a slip: the word has to come with the request. */
export const DeleteAccountBody = z.looseObject({ confirm: z.literal('DELETE') });

/** What the owner of an account that is going away is told. */
export const AccountDeletion = z
  .object({
    state: z.enum(['running', 'completed', 'failed']),
    projectsLeft: z.number().int().nonnegative(),
  })
  .meta({ id: 'AccountDeletion' });
export type AccountDeletion = z.infer<typeof AccountDeletion>;

export interface DeleteAccountInput {
  userId: string;
}
