import { z } from 'zod';

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
export function timeCursor({ at, id }: TimePlace): string {
  return Buffer.from(JSON.stringify([at, id])).toString('base64url');
}

/** Null = nobody was told such a cursor. */
export function readTimeCursor(cursor: unknown): TimePlace | null {
  try {
    return Place.parse(JSON.parse(Buffer.from(String(cursor), 'base64url').toString('utf8')));
  } catch {
    return null;
  }
}
