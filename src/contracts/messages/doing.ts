import { z } from 'zod';
import { storable } from '../base/ids.js';

const MAX_NAME_CHARS = 200;
const Name = z.string().max(MAX_NAME_CHARS).nullable();
const Count = z.number().int().nonnegative();

/** Present activity of a run's model, as its runner reports it. */
export const Doing = z.object({
  /** The answer of the model that it is, from 1; 0 = none has begun. */
  turn: Count,
  /** The tool that it calls; null = it thinks, or talks. */
  tool: Name,
  /** The file that the tool is for, once it is named. */
  file: Name,
  /** What the call has written into that file so far. */
  bytes: Count,
});
export type Doing = z.infer<typeof Doing>;

/** A name of the model's as {@link Doing} holds it. */
export const doingName = (name: string): string => storable(name.slice(0, MAX_NAME_CHARS));
