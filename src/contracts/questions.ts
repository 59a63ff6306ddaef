import { z } from 'zod';
import { Dimension } from './primitives.js';

export const StyleOption = z.object({
  id: z.string(),
  name: z.string(),
  imageUrl: z.string().nullable(),
});
export type StyleOption = z.infer<typeof StyleOption>;

/** The last unanswered question of a project, kept in `projects.pending_question` (A2). */
export const PendingQuestion = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('dimension'),
    message: z.string(),
    suggestions: z.array(z.string()),
    request: z.string(),
  }),
  z.object({
    type: z.literal('style'),
    dimension: Dimension,
    styles: z.array(StyleOption),
    originalMessage: z.string(),
    /** The request that the dimension answer belongs to, when there was one. */
    request: z.string().optional(),
  }),
  z.object({
    type: z.literal('restore'),
    message: z.string(),
    confirmLabel: z.string(),
    cancelLabel: z.string(),
  }),
]);
export type PendingQuestion = z.infer<typeof PendingQuestion>;
