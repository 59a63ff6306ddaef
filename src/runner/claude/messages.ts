import { z } from 'zod';

const ToolResult = z.looseObject({
  type: z.literal('tool_result'),
  tool_use_id: z.string(),
  is_error: z.boolean().optional(),
});
const Block = z.looseObject({
  type: z.string(),
  text: z.string().optional(),
  name: z.string().optional(),
  id: z.string().optional(),
  input: z.unknown().optional(),
});

const StreamEvent = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('message_start'), message: z.looseObject({ id: z.string() }) }),
  z.looseObject({
    type: z.literal('content_block_start'),
    index: z.number(),
    content_block: Block,
  }),
  z.looseObject({
    type: z.literal('content_block_delta'),
    index: z.number(),
    delta: z.looseObject({
      type: z.string(),
      text: z.string().optional(),
      partial_json: z.string().optional(),
    }),
  }),
  z.looseObject({ type: z.literal('content_block_stop'), index: z.number() }),
]);
export type StreamEvent = z.infer<typeof StreamEvent>;

/** The last line of a run. `subtype: "success"` does not mean success: `is_error` decides. */
export const ResultLine = z.looseObject({
  type: z.literal('result'),
  subtype: z.string(),
  is_error: z.boolean(),
  result: z.string().optional(),
  errors: z.array(z.string()).optional(),
  num_turns: z.number().optional(),
  duration_ms: z.number().optional(),
  total_cost_usd: z.number().optional(),
  usage: z
    .looseObject({
      input_tokens: z.number().optional(),
      output_tokens: z.number().optional(),
      cache_read_input_tokens: z.number().nullish(),
      cache_creation_input_tokens: z.number().nullish(),
    })
    .optional(),
  stop_reason: z.string().nullish(),
  terminal_reason: z.string().nullish(),
  api_error_status: z.number().nullish(),
  api_error: z.string().nullish(),
  permission_denials: z.array(z.unknown()).optional(),
});
export type ResultLine = z.infer<typeof ResultLine>;

/** What the program asks of this one while it works (SDK control protocol): hostile input. */
const ControlRequest = z.looseObject({
  type: z.literal('control_request'),
  request_id: z.string().max(100),
  request: z.looseObject({ subtype: z.string() }),
});
export type ControlRequest = z.infer<typeof ControlRequest>;

/** The lines of `--output-format stream-json` that this program uses; others are passed over. */
const Line = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('system'), subtype: z.string() }),
  z.looseObject({ type: z.literal('stream_event'), event: z.unknown() }),
  z.looseObject({
    type: z.literal('assistant'),
    message: z.looseObject({ id: z.string(), model: z.string(), content: z.array(Block) }),
  }),
  z.looseObject({ type: z.literal('user'), message: z.looseObject({ content: z.unknown() }) }),
  ControlRequest,
  ResultLine,
]);
export type Line = z.infer<typeof Line>;

/** One line of the model program, or null when it is not one that is used here. */
export function parseLine(text: string): Line | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  return Line.safeParse(value).data ?? null;
}

export function parseStreamEvent(value: unknown): StreamEvent | null {
  return StreamEvent.safeParse(value).data ?? null;
}

/** Ids of tool calls that a `user` line answers, with whether each went well. */
export function toolResults(content: unknown): { id: string; isError: boolean }[] {
  const items: unknown[] = Array.isArray(content) ? content : [];
  return items.flatMap((item) => {
    const found = ToolResult.safeParse(item).data;
    return found ? [{ id: found.tool_use_id, isError: found.is_error === true }] : [];
  });
}
