import { z } from 'zod';

/** UUID as V2 accepts it everywhere: 8-4-4-4-12 hex, any case, any version (websocket.md §3). */
const UUID_PATTERN = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Version ids: 7–40 hex digits (rest.md §1.6). */
export const VERSION_ID_PATTERN = /^[0-9a-f]{7,40}$/i;

export const Uuid = z.string().regex(UUID_PATTERN);

export const Dimension = z.enum(['2d', '3d']);
export type Dimension = z.infer<typeof Dimension>;

/** True when `value` is a UUID string in the accepted form. */
export function isUuid(value: unknown): value is string {
  return typeof value === 'string' && UUID_PATTERN.test(value);
}

/** Text as the database can keep it: PostgreSQL knows no NUL character, and JSON columns no half of a surrogate pair. */
export function storable(text: string): string {
  return text.replaceAll('\0', '').replaceAll(/\p{Surrogate}/gu, '\ufffd');
}
