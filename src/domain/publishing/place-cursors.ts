import { z } from 'zod';
import { parsedJson } from '../../contracts/base/readable.js';

/** A place in a list that is ordered by time, then by id. */
export interface TimePlace {
  readonly at: string;
  readonly id: string;
}

/**
 * As the database writes times, and no other way: it does not know every offset and year that ISO
 * 8601 has.
 */
const At = z.iso.datetime({ offset: true }).regex(/^(?!0000).*(Z|\+00:00)$/);
const Place = z.tuple([At, z.uuid()]).transform(([at, id]): TimePlace => ({ at, id }));

/** The place as a client hands it back. */
export const timeCursor = ({ at, id }: TimePlace): string => writeCursor([at, id]);

/** Null = not a cursor of this server. */
export const readTimeCursor = (cursor: unknown): TimePlace | null => readCursor(Place, cursor);

/** A place in a list that is ordered by a whole number, then by id. */
export interface ScorePlace {
  readonly score: number;
  readonly id: string;
}
const Scored = z
  .tuple([z.int().nonnegative(), z.uuid()])
  .transform(([score, id]): ScorePlace => ({ score, id }));

export const scoreCursor = ({ score, id }: ScorePlace): string => writeCursor([score, id]);

export const readScoreCursor = (cursor: unknown): ScorePlace | null => readCursor(Scored, cursor);

const writeCursor = (place: readonly unknown[]): string =>
  Buffer.from(JSON.stringify(place)).toString('base64url');

function readCursor<T>(schema: z.ZodType<T>, cursor: unknown): T | null {
  return parsedJson(schema, Buffer.from(String(cursor), 'base64url').toString('utf8'));
}
