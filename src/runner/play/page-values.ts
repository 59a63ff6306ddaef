import { z } from 'zod';

const text = z.string().transform((value) => value.slice(0, 400));
/** Values from the page are untrusted input. */
const Sight = z.object({
  data: z.record(z.string(), text),
  words: z.array(text).max(200),
  drawn: z.array(text).max(1_000),
  scrolled: z.number(),
  drawing: z.number(),
  violations: z.array(z.tuple([text, text])),
});
export type Sight = z.infer<typeof Sight>;
const Targets = z
  .array(z.object({ x: z.number(), y: z.number(), isNew: z.boolean() }))
  .transform((all) => all.slice(0, 60));

/** How what is on the screen lies there. */
const Layout = z.object({
  small: z.array(text).max(10),
  cut: z.array(text).max(10),
  targets: z.array(text).max(10),
  buttons: z.number(),
});
export type Layout = z.infer<typeof Layout>;
export const Read = z.object({
  layout: z.unknown(),
  sight: z.unknown(),
  ink: z.number().nullable().catch(null),
});

const NO_LAYOUT: Layout = { small: [], cut: [], targets: [], buttons: 0 };
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
