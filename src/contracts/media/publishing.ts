import { cut } from '../base/cut.js';
import { z } from 'zod';
import type { ActionRef } from '../rows/actions.js';
import { storable } from '../base/ids.js';

/**
 * What the publish page sends and the draft holds (rest.md §9.2). Longer than any client allows,
 * short enough for a row.
 */
const text = (maxChars: number) =>
  z
    .string()
    .max(maxChars)
    .nullish()
    .transform((value) => (value ? storable(value) : ''));

/** A list of texts; V2's scripts also sent it as JSON text. */
const Tags = z
  .preprocess(
    (value) => (typeof value === 'string' && value !== '' ? parseJson(value) : value || []),
    z.array(z.string().max(100)).max(50),
  )
  .transform((tags) => tags.map(storable));

export const Visibility = z.enum(['public', 'unlisted', 'private']);
export type Visibility = z.infer<typeof Visibility>;
/**
 * The page's spelling is `disallowed`, the first schema's `disallow`: both are kept as they come.
 */
const Remix = z.enum(['allowed', 'disallow', 'disallowed']);

const orDefault = <T extends z.ZodType>(schema: T, nothing: z.output<T>) =>
  z
    .preprocess((value) => (value === null || value === '' ? undefined : value), schema.optional())
    .transform((value): z.output<T> => value ?? nothing);

/** Whole-object replace: what is missing, null or empty becomes its default. */
export const PublishData = z
  .looseObject({
    title: text(200),
    description: text(5_000),
    howToPlay: text(10_000),
    tags: Tags,
    visibility: orDefault(Visibility, 'public'),
    remix: orDefault(Remix, 'allowed'),
    thumbnailUrl: z
      .string()
      .max(2_000)
      .nullish()
      .transform((value) => value || null),
  })
  .transform(({ title, description, howToPlay, tags, visibility, remix, thumbnailUrl }) => ({
    title,
    description,
    howToPlay,
    tags,
    visibility,
    remix,
    thumbnailUrl,
  }));
export type PublishData = z.output<typeof PublishData>;

/** Of a draft what a client has changed; all else stays as it is, whatever another one wrote. */
export const PublishChanges = z.looseObject({}).transform((sent, context): Partial<PublishData> => {
  const { data, error } = PublishData.safeParse(sent);
  for (const { path, message } of error?.issues ?? [])
    context.addIssue({ code: 'custom', path, message });
  return Object.fromEntries(Object.entries(data ?? {}).filter(([field]) => field in sent));
});

/**
 * Answer of `generate-publish-info` (rest.md §9.3); a model's longer texts are cut, other answers
 * are refused.
 */
export const PublishInfo = z.object({
  title: z
    .string()
    .trim()
    .min(1)
    .transform((title) => shortened(title, 50)),
  description: z
    .string()
    .trim()
    .min(1)
    .transform((description) => shortened(description, 500)),
  howToPlay: z
    .string()
    .trim()
    .min(1)
    .transform((howToPlay) => shortened(howToPlay, 1_000)),
  tags: z
    .array(z.string())
    .transform((tags) =>
      [
        ...new Set(tags.map((tag) => shortened(tag.replace(/^#/, '').trim(), 20)).filter(Boolean)),
      ].slice(0, 10),
    ),
});
export type PublishInfo = z.output<typeof PublishInfo>;

export type GeneratePublishInfoInput = ActionRef & { projectId: string };

/** A fixed version with what players read of it. */
export interface PublishGameInput extends ActionRef {
  projectId: string;
  gameId: string;
  revision: string;
  listing: PublishData;
}
export const PublishedGame = z.object({
  gameId: z.string(),
  revision: z.string(),
  contentHash: z.string(),
});
export type PublishedGame = z.infer<typeof PublishedGame>;

export interface UnpublishGameInput extends ActionRef {
  projectId: string;
  gameId: string;
}

/** A new project of the user's from a published version, where its maker allows that. */
export interface RemixGameInput extends ActionRef {
  projectId: null;
  gameId: string;
}
export interface RemixedGame {
  projectId: string;
}

/** May this user make a game of his own from this one? Its maker always may. */
export function mayRemix(
  userId: string,
  game: { readonly userId: string; readonly visibility: string; readonly remix: string },
): boolean {
  return game.userId === userId || (game.visibility !== 'private' && game.remix === 'allowed');
}

/** A published game as players see it. */
export const GameCard = z
  .object({
    id: z.string(),
    projectId: z.string().nullable(),
    title: z.string(),
    description: z.string(),
    howToPlay: z.string(),
    tags: z.array(z.string()),
    /** Null when the maker has not chosen a name. */
    creator: z.string().nullable(),
    visibility: Visibility,
    remix: z.string(),
    thumbnailUrl: z.string().nullable(),
    /** Where the game itself is; its own origin, if there is one. */
    playUrl: z.string(),
    /** Additive: the address to give away, which leads to its play page; `/p/<code>`. */
    shareUrl: z.string(),
    playCount: z.number(),
    likeCount: z.number(),
    liked: z.boolean(),
    isOwner: z.boolean(),
    /** Additive: the published game that it was made from, while that is out. */
    remixOf: z
      .object({ id: z.string(), title: z.string(), creator: z.string().nullable() })
      .nullable(),
    publishedAt: z.string(),
    updatedAt: z.string(),
  })
  .meta({ id: 'GameCard' });
export type GameCard = z.infer<typeof GameCard>;

export const Notification = z
  .object({
    id: z.string(),
    type: z.enum(['system', 'project']),
    title: z.string(),
    message: z.string(),
    createdAt: z.string(),
    read: z.boolean(),
    icon: z.enum(['announcement', 'success', 'warning', 'comment', 'welcome']).exactOptional(),
    projectId: z.string().exactOptional(),
    /** Additive: the code of the title (N1); the message has the same with `_NOTE`. */
    code: z.string().exactOptional(),
    params: z.record(z.string(), z.unknown()).exactOptional(),
  })
  .meta({ id: 'Notification' });
export type Notification = z.infer<typeof Notification>;

/** What a model wrote, as a row can hold it. */
const shortened = (text: string, chars: number): string => cut(storable(text), chars);

function parseJson(value: string): unknown {
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}
