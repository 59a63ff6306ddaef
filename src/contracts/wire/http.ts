import { z } from 'zod';
import { GameCard, Notification, Visibility, type PublishInfo } from '../media/publishing.js';
import { ProjectColumns } from '../rows/projects.js';
import { JobRow } from '../rows/rows.js';
import { ProjectSummary } from './frames.js';
import { Setting } from '../game/settings.js';

/**
 * `GET /api/projects/:id/jobs?limit=`: absent, zero or unparsable = 20; negative = none (rest.md
 * §4).
 */
export const JobsQuery = z.looseObject({
  limit: z
    .unknown()
    .optional()
    .transform((value) => (typeof value === 'string' && Number.parseInt(value, 10)) || 20)
    .transform((limit) => Math.min(Math.max(limit, 0), 1000))
    .describe('page size; 20 when absent, zero or no number; a negative one means none'),
});

/** `GET /api/projects`: without a limit every project comes, as V2's client needs it (additive). */
export const ProjectsQuery = z.looseObject({
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(100)
    .optional()
    .catch(undefined)
    .describe('page size, 1–100; all projects without it'),
  after: z.string().optional().catch(undefined).describe('`next` of the page before'),
});

/**
 * Bodies of HTTP answers as rest.md gives them; a name (`id`) is the one under which the API's
 * description lists it.
 */
const success = z.literal(true);
const moment = z.string();

/**
 * `code`: the database or Temporal could not be asked (503), and the request may be sent again; a
 * guest may not do this (403); or which limit of money is reached (429).
 */
export const Failure = z
  .object({
    error: z.string(),
    code: z
      .enum([
        'OPERATION_FAILED',
        'ACCOUNT_REQUIRED',
        'SPENDING_LIMIT_EXCEEDED',
        'LOSS_LIMIT_EXCEEDED',
      ])
      .optional(),
  })
  .meta({ id: 'Error' });
/** Images only: the two routes with both fields (rest.md §1.3). */
export const ImageFailure = Failure.extend({ success: z.literal(false).optional() }).meta({
  id: 'ImageError',
});
/** `raw`: the model's answer. */
export const InfoFailure = Failure.extend({ raw: z.string().optional() }).meta({
  id: 'PublishInfoError',
});
/** `output`: why. */
export const MediaFailure = Failure.extend({ output: z.string().optional() }).meta({
  id: 'MediaError',
});
export const Done = z.object({ success }).meta({ id: 'Success' });

export const Health = z
  .object({ status: z.literal('ok'), timestamp: moment, uptime: z.number() })
  .meta({ id: 'Health' });
const reason = z.string().nullable();
export const Ready = z
  .object({
    ready: z.boolean(),
    checks: z.object({
      database: reason,
      temporal: reason,
      workers: reason,
      disk: reason,
      objects: reason,
    }),
    /** This instance is asked to stop: another one takes what comes. */
    stopping: z.literal(true).exactOptional(),
  })
  .meta({ id: 'Ready', description: 'null = nothing is wrong there' });
export type ReadyAnswer = z.infer<typeof Ready>;
/**
 * Additive: `demo` lets the page show a DEMO banner, `pushKey` lets a browser subscribe to
 * notifications where there are any.
 */
export const ConfigAnswer = z
  .object({
    supabaseUrl: z.string(),
    supabaseAnonKey: z.string(),
    demo: z.boolean(),
    guests: z.boolean().describe('whether one may make a game without signing in'),
    pushKey: z.string().exactOptional(),
  })
  .meta({ id: 'Config' });

const Job = JobRow.meta({ id: 'Job' });
export const JobAnswer = Job;
export const JobOrNone = z.object({ job: Job.nullable() });
export const JobList = z.object({ jobs: z.array(Job) });
export const JobCancelled = z.object({ success, job: z.object({}) });

export const ProjectList = z.object({
  projects: z.array(ProjectSummary.meta({ id: 'ProjectSummary' })),
  /** With `limit`. */
  next: z.string().nullable().exactOptional(),
  counts: z.object({ all: z.number().int(), public: z.number().int() }).exactOptional(),
});
export const Project = ProjectColumns.loose().meta({ id: 'Project' });
export const Code = z.object({ code: z.string() });
export const Settings = z.object({ settings: z.array(Setting) }).meta({ id: 'Settings' });
/** `changed` = a version was made; else the game had these values already. */
export const Tuned = z
  .object({ success, revision: z.string(), changed: z.boolean() })
  .meta({ id: 'Tuned' });
/** `name`: the setting that does not take its value, or is not declared. */
export const SettingFailure = Failure.extend({ name: z.string().optional() }).meta({
  id: 'SettingError',
});
/** A job makes a version meanwhile. */
export const JobActive = z
  .object({ error: z.string(), code: z.literal('JOB_ALREADY_ACTIVE') })
  .meta({ id: 'JobActive' });
export const Context = z.object({
  context: z
    .looseObject({
      timestamp: z.string(),
      userPrompt: z.string(),
      aiSummary: z.string(),
      skills: z.array(z.string()),
      generator: z.enum(['gemini', 'claude', 'unknown']),
      edits: z.array(
        z.object({ path: z.string(), old_string: z.string(), new_string: z.string() }),
      ),
    })
    .nullable(),
});

const asset = {
  id: z.string(),
  filename: z.string(),
  alias: z.string(),
  mimeType: z.string().nullable(),
  size: z.number().nullable(),
  url: z.string(),
};
const notes = {
  isPublic: z.boolean(),
  tags: z.string().nullable(),
  description: z.string().nullable(),
};
const projects = z.array(z.object({ id: z.string(), name: z.string() }));
export const UploadedAsset = z.object(asset).meta({ id: 'UploadedAsset' });
export const AssetUploaded = z.object({ success, asset: UploadedAsset });
export const ListedAsset = z
  .object({ ...asset, ...notes, projects, createdAt: moment })
  .meta({ id: 'ListedAsset' });
export const AssetList = z.object({
  assets: z.array(ListedAsset),
  currentProjectId: z.unknown().optional(),
});
export const FoundAsset = z
  .object({ ...asset, ...notes, isOwner: success })
  .meta({ id: 'FoundAsset' });
export const AssetsFound = z.object({ assets: z.array(FoundAsset) });
/** `fixedUrl` (additive): these bytes for ever. */
export const AssetMeta = z
  .object({ ...asset, ...notes, createdAt: moment, fixedUrl: z.string().nullable() })
  .meta({ id: 'Asset' });
export const AssetShared = z.object({
  success,
  asset: z.object({ id: z.string(), isPublic: z.boolean() }),
});
export const AssetChanged = z.object({
  success,
  asset: z.object({
    id: z.string(),
    tags: z.string().nullable(),
    description: z.string().nullable(),
  }),
});
export const AssetDeleted = z.object({ success, message: z.string() });

/** `image` is a data URI. `prompt` is what was really asked. */
export const ImageAnswer = z
  .object({
    success,
    image: z.string(),
    prompt: z.string().optional(),
    actionId: z.string().optional(),
  })
  .meta({ id: 'Image' });
export const ActionAnswer = z
  .object({
    id: z.string(),
    kind: z.string(),
    projectId: z.string().nullable(),
    state: z.string(),
    progress: z.number(),
    error: z.string().nullable(),
    createdAt: moment,
    updatedAt: moment,
  })
  .meta({ id: 'Action' });
/** The address in `Location` has its state; below it, `/answer` is what the call is answered. */
export const ActionAccepted = z.object({ actionId: z.string() }).meta({ id: 'ActionAccepted' });
/** What the call that began the action is answered, now that it has ended (H1). */
export const CallAnswer = z
  .object({ status: z.number().int(), body: z.looseObject({}) })
  .meta({ id: 'CallAnswer' });
export const ActionCancelled = z.object({ success, outcome: z.string() });

export const DraftOrNone = z
  .looseObject({
    project_id: z.string(),
    title: z.string().nullable(),
    description: z.string().nullable(),
    how_to_play: z.string().nullable(),
    tags: z.array(z.string()),
    visibility: z.string().nullable(),
    remix: z.string().nullable(),
    thumbnail_url: z.string().nullable(),
    updated_at: moment.nullable(),
    howToPlay: z.string(),
    thumbnailUrl: z.string().nullable(),
    /** Of a change: what stood in its fields until now; another device may have written it. */
    replaced: z.looseObject({}).optional(),
  })
  .meta({ id: 'PublishDraft' })
  .nullable();
export const PublishInfoAnswer = z
  .object({
    title: z.string(),
    description: z.string(),
    howToPlay: z.string(),
    tags: z.array(z.string()),
  })
  .meta({ id: 'PublishInfo' }) satisfies z.ZodType<PublishInfo>;
export const PublicationGame = z.object({
  gameId: z.string(),
  revision: z.string(),
  /** Additive: players have the files that the project has now. */
  isNewest: z.boolean(),
  visibility: Visibility,
  url: z.string(),
  playCount: z.number(),
  likeCount: z.number(),
  publishedAt: moment,
  updatedAt: moment,
});
export const Publication = z.object({
  /** Additive: pages need not ask for a video that there is not. */
  hasVideo: z.boolean(),
  game: PublicationGame.nullable(),
  /** Additive: an operator took it down, and why; until it is put back it counts as unpublished. */
  takenDown: z.object({ reason: z.string(), at: moment }).nullable(),
});
export const Published = z.object({
  success,
  gameId: z.string(),
  revision: z.string(),
  url: z.string(),
});
export const ThumbnailMade = z.object({ success, thumbnailUrl: z.string() });
export const MovieMade = z.object({ success, movieUrl: z.string(), duration: z.number() });

export const GameAnswer = z.object({ game: GameCard });
export const Feed = z.object({ games: z.array(GameCard), next: z.string().nullable() });
export const PlayCounted = z.object({ success, counted: z.boolean(), playCount: z.number() });
export const Remixed = z.object({ success, projectId: z.string() });
export const Liked = z.object({ success, liked: z.boolean(), likeCount: z.number() });

export const NotificationList = z.object({ notifications: z.array(Notification) });
