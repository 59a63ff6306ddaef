import { z } from 'zod';
import { CONTAINER_TIME } from '../execution/backends.js';

/** What is bought for users beside the runs of the model (H3). */
export const PAID_KINDS = ['image', 'video', 'text'] as const;
export type PaidKind = (typeof PAID_KINDS)[number];

/** Kinds of `usage_events`: runs of the model, what actions buy, calls of functions. */
export const USAGE_KINDS = ['model', ...PAID_KINDS, CONTAINER_TIME] as const;

/** What a paid step of an action makes; each has its price in the configuration. */
export type PaidWork = 'sprite' | 'thumbnail' | 'cutout' | 'video' | 'text';

/**
 * What a user paid for on a day of the players' calendar; US dollars. `reservedUsd` of `usd` is set
 * aside for work that goes on (left out by schemas before 0030).
 */
export const UsageDay = z.object({
  day: z.iso.date(),
  runs: z.number().int(),
  usd: z.number(),
  reservedUsd: z.number().default(0),
});
export type UsageDay = z.infer<typeof UsageDay>;

/** What counts against the limit of the day (null = none), and what the last days have cost. */
export const AccountUsage = z
  .object({ todayUsd: z.number(), limitUsd: z.number().nullable(), days: z.array(UsageDay) })
  .meta({ id: 'AccountUsage' });
