import type { DeleteAccountInput } from '../../contracts/rows/account.js';
import type { RunRef } from './refs.js';

/** The end of an account, beside its projects (F2). */
export interface AccountActivities {
  /**
   * Ends the rows of all open work of the user, asks every workflow of his to stop but those that
   * delete, and answers these, with some of the projects that are left and how many there are.
   */
  stopAccountWork(
    input: DeleteAccountInput,
  ): Promise<{ runs: RunRef[]; projectIds: string[]; projectsLeft: number }>;
  /**
   * Takes the user's likes back, then removes his sign-in, and with it his sessions and every row
   * that is his; what was spent stays without him. Nothing there is fine.
   */
  removeAccountRows(input: DeleteAccountInput): Promise<void>;
}
