import { z } from 'zod';
import { Dimension } from '../base/ids.js';

export const StyleOption = z.object({
  id: z.string(),
  name: z.string(),
  imageUrl: z.string().nullable(),
});
export type StyleOption = z.infer<typeof StyleOption>;

/**
 * What the plan chose where its client has nothing asked, and what else there is: a message like
 * any other changes it. `styleId` null: the look is left to the design.
 */
export const Look = z.object({
  dimension: Dimension,
  styleId: z.string().nullable(),
  styles: z.array(StyleOption),
  /** Additive, of a first game: `/sketch/<name>` is played while it is made. */
  sketch: z.string().optional(),
});
export type Look = z.infer<typeof Look>;
