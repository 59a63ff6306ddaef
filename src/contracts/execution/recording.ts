import { z } from 'zod';
import { GenerateInput } from './runner.js';

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
});

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
  /** A line of the program's own output; those that repeat the chunks are left out. */
  z.object({ type: z.literal('output'), at, text: z.string() }),
  /** What the runner sent the model by itself, and when: after its `tools`, or at its `end`. */
  z.object({ type: z.literal('hook'), at, hook: z.string(), text: z.string() }),
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
