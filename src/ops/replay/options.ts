import { z } from 'zod';

/** What `dreamcore replay` was asked. */
export const ReplayOptions = z.object({
  /** The job's or action's id. */
  id: z.uuid(),
  /** The id of another build below `dist/builds`. */
  build: z.string().optional(),
  json: z.boolean().optional(),
  envFile: z.string().optional(),
});
export type ReplayOptions = z.infer<typeof ReplayOptions>;
