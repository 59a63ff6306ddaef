import { z } from 'zod';
import { GameBrief } from './brief.js';

/** What is drawn in a sketch: who one plays, what one avoids or hits, what one collects. */
export const SKETCH_ROLES = ['player', 'enemy', 'item'] as const;

const MAX_EMOJI_UNITS = 16;

/**
 * What the sketch of a first game takes over from its brief. A model or a player wrote it: a page
 * shows it as text and nothing else.
 */
export const SketchWords = GameBrief.pick({ title: true, pitch: true, palette: true }).extend({
  figures: z.partialRecord(z.enum(SKETCH_ROLES), z.string().max(MAX_EMOJI_UNITS)),
});
export type SketchWords = z.infer<typeof SketchWords>;
