/** The lease that a roll holds while it moves new runs to another build (O4). */
export const ROLL_LEASE = 'roll';
