import { z } from 'zod';

/** `GET /api/projects/:id/jobs?limit=`: absent, zero or unparsable = 20; negative = none (rest.md §4). */
export const JobsQuery = z.looseObject({
  limit: z.preprocess((value) => {
    const limit = typeof value === 'string' ? Number.parseInt(value, 10) || 20 : 20;
    return Math.min(Math.max(limit, 0), 1000);
  }, z.number()),
});

/** Additive fields let the page show a DEMO banner. */
export interface PublicConfig {
  supabaseUrl: string;
  supabaseAnonKey: string;
  demo: boolean;
}
