import { z } from 'zod';

/** The languages that players are spoken to in. */
export const Language = z.enum(['ja', 'en']);
export type Language = z.infer<typeof Language>;
