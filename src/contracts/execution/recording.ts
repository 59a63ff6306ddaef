import { z } from 'zod';
import { sha256Of } from '../base/hashes.js';
import { GenerateInput, RunPlays } from './runner.js';

/** Largest recording that is kept, compressed (gzip), bytes (E8). */
export const RECORDING_LIMIT = 4 * 1024 * 1024;

/** What a run was asked, without the places of its machine. */
export const RecordedInput = GenerateInput.omit({
  scratchDir: true,
  parcelFile: true,
  fromParcelFile: true,
  leftParcelFile: true,
  objectFile: true,
  failedFile: true,
  callbackUrl: true,
}).extend({ plays: RunPlays.omit({ assets: true, tapes: true, recorded: true }).optional() });

/** An image in a request or a line of output, base64. */
const IMAGE = /"data":"([A-Za-z0-9+/=]{200,})"/g;

/** The text with the name of each image in its place (sha-256), and the images by their names. */
export function withoutImages(text: string): { text: string; images: Map<string, string> } {
  const images = new Map<string, string>();
  const rest = text.replaceAll(IMAGE, (_, data: string) => {
    const name = sha256Of(Buffer.from(data));
    images.set(name, data);
    return `"data":"sha256:${name}"`;
  });
  return { text: rest, images };
}

/** The text with its images again. */
export function withImages(text: string, images: ReadonlyMap<string, string>): string {
  return text.replaceAll(/"data":"sha256:([0-9a-f]{64})"/g, (whole, name: string) => {
    const data = images.get(name);
    return data === undefined ? whole : `"data":"${data}"`;
  });
}

/** Milliseconds since the run began. */
const at = z.number();

/**
 * One line of a recording: what the runner was asked, each exchange of the model program with the
 * model (`call` counts them), what the program wrote, and how the run ended. No key and no token
 * stands in it.
 */
export const RecordingLine = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('run'),
    at,
    input: RecordedInput,
  }),
  z.object({
    type: z.literal('request'),
    at,
    call: z.number().int(),
    path: z.string(),
    body: z.string(),
  }),
  z.object({
    type: z.literal('answer'),
    at,
    call: z.number().int(),
    status: z.number().int(),
    headers: z.record(z.string(), z.string()),
  }),
  z.object({ type: z.literal('chunk'), at, call: z.number().int(), text: z.string() }),
  /** `isCut`: the answer broke off. */
  z.object({ type: z.literal('answered'), at, call: z.number().int(), isCut: z.boolean() }),
  /** What later lines name by `name`: each request repeats the images of those before it. */
  z.object({ type: z.literal('image'), at, name: z.string(), data: z.string() }),
  /** A line of the program's own output; those that repeat the chunks are left out. */
  z.object({ type: z.literal('output'), at, text: z.string() }),
  /** What the runner sent the model by itself, and when: after its `tools`, or at its `end`. */
  z.object({ type: z.literal('hook'), at, hook: z.string(), text: z.string() }),
  /** An answer to the model's call of its tool, as JSON ({@link ToolAnswer}). */
  z.object({ type: z.literal('tool'), at, answer: z.string() }),
  z.object({ type: z.literal('stderr'), at, text: z.string() }),
  /** `failure` null: it ended well. */
  z.object({
    type: z.literal('end'),
    at,
    failure: z.object({ kind: z.string(), message: z.string() }).nullable(),
    revision: z.string().nullable(),
  }),
  /** Nothing after this was kept: it would have been too much. */
  z.object({ type: z.literal('full'), at }),
]);
export type RecordingLine = z.infer<typeof RecordingLine>;

export const RecordingAnswer = z.object({ kept: z.boolean() });
export type RecordingAnswer = z.infer<typeof RecordingAnswer>;
