import { z } from 'zod';
import { parsedJson } from '../contracts/base/readable.js';

/** Why a request of the model program is not passed on; `null` fields are what no run needs. */
const NOTHING = z.union([z.null(), z.array(z.unknown()).max(0)]).optional();

/**
 * What a run may ask for: words and tools of its own. What the server of the model would do itself,
 * at a price or towards other hosts, is not among it.
 */
const MessagesRequest = z.looseObject({
  model: z.string().min(1).max(200),
  max_tokens: z.number().int().positive().optional(),
  stream: z.boolean().optional(),
  messages: z.array(z.looseObject({ content: z.unknown() })),
  tools: z.array(z.looseObject({ type: z.literal('custom').optional() })).optional(),
  mcp_servers: NOTHING,
  container: z.null().optional(),
  speed: z.literal('standard').optional(),
});
export type MessagesRequest = z.infer<typeof MessagesRequest>;

/** The request as it may be passed on; null = it asks for more than a run may. */
export function readMessagesRequest(body: Buffer): MessagesRequest | null {
  const request = parsedJson(MessagesRequest, body.toString('utf8'));
  return request?.messages.some(({ content }) => fetchesSomething(content)) ? null : request;
}

/** An image costs about 1,600 tokens at most, however many bytes it has. */
const IMAGE_BYTES = 6_400;

/** Bytes of a request for counting its tokens: an image counts by what it costs. */
export function countedBytes(body: Buffer, { messages }: MessagesRequest): number {
  const images = messages.flatMap(({ content }) => imageLengths(content));
  const larger = images.filter((length) => length > IMAGE_BYTES);
  return larger.reduce((bytes, length) => bytes - length + IMAGE_BYTES, body.length);
}

/** Of those in a message itself and in what a tool has answered. */
function imageLengths(content: unknown, depth = 0): number[] {
  if (!Array.isArray(content) || depth > MAX_NESTING) return [];
  return content.flatMap((block: unknown) => {
    const {
      type,
      source,
      content: inner,
    } = (block ?? {}) as {
      type?: unknown;
      source?: { data?: unknown };
      content?: unknown;
    };
    const isImage = type === 'image' && typeof source?.data === 'string';
    return isImage ? [String(source.data).length] : imageLengths(inner, depth + 1);
  });
}

const MAX_NESTING = 8;

/** Does a block name an address or a stored file, for the server of the model to read? */
function fetchesSomething(content: unknown, depth = 0): boolean {
  if (!Array.isArray(content)) return false;
  if (depth > MAX_NESTING) return true;
  return content.some((block: unknown) => {
    if (typeof block !== 'object' || block === null) return false;
    const { source, content: inner } = block as { source?: { type?: unknown }; content?: unknown };
    const isElsewhere = source != null && ['url', 'file'].includes(String(source.type));
    return isElsewhere || fetchesSomething(inner, depth + 1);
  });
}
