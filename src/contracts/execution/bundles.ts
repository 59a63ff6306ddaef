import { z } from 'zod';

/**
 * Commits in a bundle file that the repository may lack; imported before anything else and kept
 * alive there (E6).
 */
export const IncomingBundle = z.object({
  file: z.string(),
  want: z.string().regex(/^[0-9a-f]{40}$/),
});
export type IncomingBundle = z.infer<typeof IncomingBundle>;
