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

/** What a guest made goes to the account of the caller. `guestToken`: an access token of his. */
export const AdoptGuestBody = z.looseObject({ guestToken: z.string().min(1).max(8_192) });

export const GuestAdoption = AccountDeletion.pick({ state: true }).meta({ id: 'GuestAdoption' });
export type GuestAdoption = z.infer<typeof GuestAdoption>;

export interface AdoptGuestInput {
  guestId: string;
  /** To whom. */
  userId: string;
}

export interface AdoptProjectInput extends AdoptGuestInput {
  projectId: string;
}

export interface DeleteAccountInput {
  userId: string;
  /** Refused from the moment that the user is a guest no more. */
  isGuestOnly?: true;
}
