import { z } from 'zod';
import type { Thrown } from '../../domain/playing/harmless.js';

const text = z.string().transform((value) => value.slice(0, 400));
const Value = z.union([z.number(), z.boolean(), z.string().transform((each) => each.slice(0, 40))]);
const At = z.number().int().min(0);
/** Most moments that pass in one call. */
const MAX_MOMENTS = 700;
const Told = z.object({
  data: z.record(z.string(), text),
  words: z.array(text).max(200),
  drawn: z.array(text).max(1_000),
});
const Seen = z.object({
  passedMs: z.number(),
  moments: z
    .array(z.object({ at: At, name: z.int(), drawing: z.int(), told: Told.optional() }))
    .max(MAX_MOMENTS),
  series: z.record(z.string().max(120), z.array(z.tuple([At, Value])).max(MAX_MOMENTS)),
});
export type Seen = z.infer<typeof Seen>;
const Thing = z.object({ name: z.string().max(100), x: z.number(), y: z.number() });
/** Values from the page are untrusted input. */
const Sight = z.object({
  data: z.record(z.string(), text),
  words: z.array(text).max(200),
  drawn: z.array(text).max(1_000),
  scrolled: z.number(),
  drawing: z.number(),
  violations: z.array(z.tuple([text, text])),
  seen: Seen.optional().catch(undefined),
});
export type Sight = z.infer<typeof Sight>;
const Name = z.string().min(1).max(60);
const Place = z.object({ x: z.number(), y: z.number() });
const Targets = z
  .array(Place.extend({ isNew: z.boolean(), name: Name.optional().catch(undefined) }))
  .transform((all) => all.slice(0, 60));

/** How what is on the screen lies there. */
const Layout = z.object({
  small: z.array(text).max(10),
  cut: z.array(text).max(10),
  targets: z.array(text).max(10),
  overlaps: z.array(text).max(10),
  buttons: z.number(),
});
export type Layout = z.infer<typeof Layout>;
export const Read = z.object({
  layout: z.unknown(),
  sight: z.unknown(),
  ink: z.number().nullable().catch(null),
});

const NO_LAYOUT: Layout = { small: [], cut: [], targets: [], overlaps: [], buttons: 0 };
const NOTHING: Sight = {
  data: {},
  words: [],
  drawn: [],
  scrolled: 0,
  drawing: 0,
  violations: [],
};
export const sightOf = (seen: unknown): Sight => Sight.safeParse(seen).data ?? NOTHING;
export const layoutOf = (seen: unknown): Layout => Layout.safeParse(seen).data ?? NO_LAYOUT;

export const targetsOf = (seen: unknown): z.infer<typeof Targets> =>
  Targets.safeParse(seen).data ?? [];

const Phases = z.array(z.string().max(40)).max(6);
/** Phases that a game offers to be led to; of one that offers anything else none. */
export const phasesOf = (seen: unknown): string[] => Phases.safeParse(seen).data ?? [];

export const nameOf = (seen: unknown): string | undefined => Name.safeParse(seen).data;
const View = z.object({
  things: z.array(Thing).max(100),
  targets: z
    .array(Place.extend({ name: Name.optional().catch(undefined), text: text.optional() }))
    .transform((all) => all.slice(0, 120)),
});
export type PageView = z.infer<typeof View>;
export const viewOf = (seen: unknown): PageView =>
  View.safeParse(seen).data ?? { things: [], targets: [] };
const Acted = z.tuple([Seen.optional().catch(undefined), View.nullable().catch(null)]);
/** Null = it was not asked for, or is none. */
export type Viewed = PageView | null;
export const actedOf = (seen: unknown): z.infer<typeof Acted> =>
  Acted.safeParse(seen).data ?? [undefined, null];

/** An uncaught exception; null = the standard has that reported as one, and it stops nothing. */
export function thrownOf(said: string, head: string): Pick<Thrown, 'text' | 'isRejection'> | null {
  if (said.includes('ResizeObserver loop')) return null;
  const text = said.split('\n').slice(0, 2).join('\n').slice(0, 300);
  return { text, isRejection: head.includes('(in promise)') };
}
