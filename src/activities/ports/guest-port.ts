import type { AdoptGuestInput, AdoptProjectInput } from '../../contracts/rows/account.js';

/** Guests, whose sign-in is anonymous: what they made goes to an account, or goes (D8). */
export interface GuestActivities {
  /** Some of the projects that a guest still has. Throws ACCESS_DENIED when he has an account. */
  projectsOfGuest(input: Pick<AdoptGuestInput, 'guestId'>): Promise<string[]>;
  /**
   * Gives a project of the guest to the user, first what lies below the guest's own prefixes, then
   * its rows, in one step. False when it is neither's. A repeat changes nothing. For the writer of
   * the project.
   */
  adoptProject(input: AdoptProjectInput): Promise<boolean>;
}

export interface GuestRounds {
  /** Guests for whom nothing was done for a day: no session of theirs, and no work. */
  forgottenGuests(): Promise<string[]>;
}
