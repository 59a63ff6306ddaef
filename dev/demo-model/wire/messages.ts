import { z } from 'zod';

/**
 * The part of the Messages API that its clients here use. Everything else in a request is let
 * through unread.
 */
const Text = z.looseObject({ type: z.literal('text'), text: z.string() });
const ToolUse = z.looseObject({
  type: z.literal('tool_use'),
  id: z.string(),
  name: z.string(),
  input: z.record(z.string(), z.unknown()),
});
const ToolResult = z.looseObject({
  type: z.literal('tool_result'),
  tool_use_id: z.string(),
  content: z.union([z.string(), z.array(z.looseObject({ type: z.string() }))]).optional(),
  is_error: z.boolean().nullish(),
});
const Other = z.looseObject({ type: z.string() });
const Content = z.union([z.string(), z.array(z.union([Text, ToolUse, ToolResult, Other]))]);

export const MessagesRequest = z.looseObject({
  model: z.string().min(1),
  max_tokens: z.number().int().positive().optional(),
  system: z.union([z.string(), z.array(Text)]).optional(),
  messages: z.array(z.looseObject({ role: z.string(), content: Content })).min(1),
  tools: z.array(z.looseObject({ name: z.string() })).optional(),
  stream: z.boolean().optional(),
});
export type MessagesRequest = z.infer<typeof MessagesRequest>;

/** One piece of an answer. `share` is the part of the demo's seconds that streaming it takes. */
export type AnswerBlock =
  | { type: 'text'; text: string; share: number }
  | { type: 'tool_use'; name: string; input: Record<string, unknown>; share: number };

export type StopReason = 'end_turn' | 'tool_use' | 'max_tokens' | 'refusal';

/** One answer of the model. */
export interface Turn {
  blocks: AnswerBlock[];
  stopReason: StopReason;
}

/** A tool call of the current task with what came back. */
export interface Step {
  tool: string;
  input: Record<string, unknown>;
  output: string;
  isError: boolean;
}

export interface Conversation {
  system: string;
  /** The user's last message, without what the client adds for the model. */
  prompt: string;
  /** Tool calls since then, in order. */
  steps: Step[];
  tools: string[];
}

type Block = Exclude<MessagesRequest['messages'][number]['content'], string>[number];

const blocksOf = (content: z.infer<typeof Content>): Block[] =>
  typeof content === 'string' ? [{ type: 'text', text: content }] : content;
const isText = (block: Block): block is z.infer<typeof Text> =>
  block.type === 'text' && typeof block.text === 'string';
const isUse = (block: Block): block is z.infer<typeof ToolUse> => ToolUse.safeParse(block).success;
const isResult = (block: Block): block is z.infer<typeof ToolResult> =>
  ToolResult.safeParse(block).success;

/** Notes of the client for the model stand in the user's message but are not the user's words. */
const REMINDER = /<system-reminder>[\s\S]*?<\/system-reminder>/g;

function completeText(content: z.infer<typeof Content>): string {
  return blocksOf(content)
    .filter(isText)
    .map((block) => block.text.replace(REMINDER, '').trim())
    .filter(Boolean)
    .join('\n');
}

function outputOf(result: z.infer<typeof ToolResult>): string {
  if (result.content === undefined || typeof result.content === 'string')
    return result.content ?? '';
  return result.content.map((part) => (typeof part.text === 'string' ? part.text : '')).join('');
}

/**
 * Reads the state of a conversation out of its messages; nothing is remembered between requests.
 */
export function readConversation(request: MessagesRequest): Conversation {
  const { messages } = request;
  const isPrompt = (message: (typeof messages)[number]): boolean =>
    message.role === 'user' &&
    !blocksOf(message.content).some(isResult) &&
    completeText(message.content) !== '';
  const at = messages.findLastIndex(isPrompt);
  const later = messages.slice(at + 1).flatMap((message) => blocksOf(message.content));
  const results = new Map(later.filter(isResult).map((result) => [result.tool_use_id, result]));
  return {
    system:
      typeof request.system === 'string'
        ? request.system
        : (request.system ?? []).map((block) => block.text).join('\n'),
    prompt: at < 0 ? '' : completeText(messages[at]?.content ?? ''),
    steps: later.filter(isUse).map((use) => {
      const result = results.get(use.id);
      return {
        tool: use.name,
        input: use.input,
        output: result ? outputOf(result).replace(REMINDER, '') : '',
        isError: result?.is_error === true,
      };
    }),
    tools: (request.tools ?? []).map((tool) => tool.name),
  };
}

/** A plausible token count: about four characters of JSON a token. */
export function tokensIn(value: unknown): number {
  return Math.max(1, Math.ceil(JSON.stringify(value ?? '').length / 4));
}
