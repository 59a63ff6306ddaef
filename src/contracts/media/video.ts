import { cut } from '../base/cut.js';
import { z } from 'zod';
import type { ActionRef } from '../rows/actions.js';
import { GameAsset } from './assets.js';
import { storable } from '../base/ids.js';
import { Traceparent } from '../durable/traces.js';

/** The video of a game: portrait, for a phone (rest.md §9.7). */
export const VIDEO = { width: 1_080, height: 1_920, fps: 30 } as const;
/** Size of what is recorded of the game, in CSS pixels: a common phone's screen. */
export const SCREEN = { width: 360, height: 640 } as const;

const Colour = z
  .string()
  .trim()
  .regex(/^#[0-9a-f]{6}$/i);
const words = (maxChars: number) =>
  z
    .string()
    .transform((text) => oneLine(text, maxChars))
    .pipe(z.string().min(1));

/**
 * Words and colours of a video, as the model is asked for them: too long is cut, anything else
 * refused.
 */
export const VideoStory = z.object({
  /** One sentence under the title. */
  tagline: words(24),
  /** Captions while the game is played: at first, at its best, at the end. */
  scenes: z
    .array(words(16))
    .min(3)
    .transform((scenes) => scenes.slice(0, 3) as [string, string, string]),
  colours: z.object({ background: Colour, accent: Colour }),
});
export type VideoStory = z.output<typeof VideoStory>;

/**
 * Input of the composition. `frames` images of the game lie beside the site as
 * `gameplay/<n>.jpg`, from 0.
 */
export const VideoProps = VideoStory.extend({
  title: words(40),
  frames: z.number().int().positive(),
});
export type VideoProps = z.output<typeof VideoProps>;

/**
 * Making one video. Nothing is written but in `scratchDir`, which is made and removed: the video is
 * the result.
 */
export const VideoInput = z.object({
  command: z.literal('video'),
  /** Names this call; the scratch folder carries it. */
  callId: z.string(),
  /** The version's parcel; relative paths start at the current folder. */
  parcelFile: z.string(),
  scratchDir: z.string(),
  /** What the game may load besides its own files and our libraries. */
  assets: z.array(GameAsset),
  title: words(40),
  story: VideoStory,
  seconds: z.number().positive().max(30),
  /** Of the video's width and height; 1 = 1080×1920. */
  scale: z.number().min(0.1).max(1),
  /** The composition, bundled. */
  siteDir: z.string(),
  /** For so long the game may be played and looked at. */
  recordLimitMs: z.number().int().positive(),
  /** On a machine that has other things to do. */
  isNice: z.boolean(),
  callbackUrl: z.string().nullable(),
  /** The span that the run is, for its posts to name. */
  traceparent: Traceparent.optional(),
});
export type VideoInput = z.output<typeof VideoInput>;

/**
 * The video as it travels between processes: base64. The times are how long its two halves took.
 */
export const VideoResult = z.object({
  mimeType: z.literal('video/mp4'),
  data: z.string().min(1),
  frames: z.number().int().positive(),
  recordMs: z.number(),
  renderMs: z.number(),
});
export type VideoResult = z.infer<typeof VideoResult>;

export interface RenderVideoInput extends ActionRef {
  projectId: string;
  revision: string;
}

/** What an action keeps of a video besides its bytes. */
export interface VideoMade {
  revision: string;
  seconds: number;
}

/**
 * Name of the temp folder of a call's programs. It is short: browsers make sockets below it, 45
 * bytes longer, whose paths have at most 107 (macOS: 103).
 */
export const videoTempName = (callId: string): string => shortName('f', callId);
/** The same of the plays that a run makes by itself. */
export const playTempName = (callId: string): string => shortName('p', callId);

function shortName(kind: string, callId: string): string {
  return `${kind}-${callId.replaceAll('-', '').slice(0, 12)}.${callId.split('.').at(-1) ?? ''}`;
}

const oneLine = (text: string, maxChars: number): string =>
  cut(storable(text).replace(/\s+/g, ' ').trim(), maxChars);
