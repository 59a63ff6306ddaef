import { z } from 'zod';

/** Guards against accidental deletion: the word has to come with the request. */
export const DeleteAccountBody = z.looseObject({ confirm: z.literal('DELETE') });

/** State of an account's deletion, for its owner. */
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
