import { z } from 'zod';

/** The store that holds what the rows name: an id that its marker has as well, and its address. */
export const ObjectHome = z.object({ id: z.string(), place: z.string() });
export type ObjectHome = z.infer<typeof ObjectHome>;

/** The row of it; null = none yet. */
export interface ObjectHomeRow {
  read(): Promise<ObjectHome | null>;
  /** Writes the row unless there is one, and returns what it holds. */
  claim(home: ObjectHome): Promise<ObjectHome>;
}
