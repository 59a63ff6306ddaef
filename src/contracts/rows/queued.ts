import { z } from 'zod';
import { SelectedStyle } from '../wire/frames.js';

/** What a client chose beside the words of a message. */
export const MessageOptions = z.object({
  selectedStyle: SelectedStyle.nullable().catch(null),
  autoFix: z.boolean().catch(false),
  /** The client asks nothing before the first image: the plan chooses dimension and style. */
  skipStyleSelection: z.literal(true).optional().catch(undefined),
  /** The run gets no skills; left out = it gets them. */
  disableSkills: z.literal(true).optional().catch(undefined),
});
export type MessageOptions = z.infer<typeof MessageOptions>;

/** A row of `queued_messages` (Q3): an accepted message whose job, `id`, has not begun. */
export const QueuedMessage = z.object({
  id: z.string(),
  message_id: z.string(),
  project_id: z.string(),
  user_id: z.string(),
  content: z.string(),
  options: MessageOptions,
});
export type QueuedMessage = z.infer<typeof QueuedMessage>;

/** Where a message waits: the job that it becomes, and its place in its project, 1 = it is next. */
export const QueuePlace = z.object({ jobId: z.string(), place: z.number().int() });
export type QueuePlace = z.infer<typeof QueuePlace>;
