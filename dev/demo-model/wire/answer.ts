import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { tokensIn, type AnswerBlock, type MessagesRequest, type Turn } from './messages.js';

const newId = (prefix: string): string =>
  `${prefix}_demo${randomUUID().replaceAll('-', '').slice(0, 20)}`;

interface Usage {
  input_tokens: number;
  output_tokens: number;
  cache_creation_input_tokens: number;
  cache_read_input_tokens: number;
}

/** What an answer counts, request and all. */
export function usageOf(request: MessagesRequest, turn: Turn): Usage {
  const written = turn.blocks.reduce((sum, block) => sum + tokensIn(payloadOf(block)), 0);
  return usageOfTokens(request, written);
}

function usageOfTokens(request: MessagesRequest, outputTokens: number): Usage {
  return {
    input_tokens: tokensIn([request.system, request.messages, request.tools]),
    output_tokens: outputTokens,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
  };
}

/** What is streamed of a block: its text, or the JSON of its input. */
export const payloadOf = (block: AnswerBlock): string =>
  block.type === 'text' ? block.text : JSON.stringify(block.input);

/** The whole answer as one JSON document (`stream` not asked for). */
export function answerBody(request: MessagesRequest, turn: Turn): Record<string, unknown> {
  return {
    id: newId('msg'),
    type: 'message',
    role: 'assistant',
    model: request.model,
    content: turn.blocks.map((block) =>
      block.type === 'text'
        ? { type: 'text', text: block.text }
        : { type: 'tool_use', id: newId('toolu'), name: block.name, input: block.input },
    ),
    stop_reason: turn.stopReason,
    stop_sequence: null,
    usage: usageOf(request, turn),
  };
}

export interface StreamOptions {
  /** Time for an answer whose blocks have shares of 1 in total. */
  totalMs: number;
  signal: AbortSignal;
  /**
   * Called before each event with the characters of tool input sent so far; false stops the stream
   * before that event.
   */
  mayContinue?: (inputChars: number) => boolean;
}

const TICK_MS = 40;
const FAST_PIECE_CHARS = 4096;

/** Cuts a text into pieces of about `size` characters, never inside a character. */
function piecesOf(text: string, size: number): string[] {
  const pieces: string[] = [];
  for (let from = 0; from < text.length;) {
    let to = Math.min(text.length, from + size);
    const last = text.charCodeAt(to - 1);
    if (last >= 0xd800 && last <= 0xdbff) to += 1;
    pieces.push(text.slice(from, to));
    from = to;
  }
  return pieces;
}

function pieceSize(block: AnswerBlock, length: number, totalMs: number): number {
  const ticks = (totalMs * block.share) / TICK_MS;
  return ticks < 1 ? FAST_PIECE_CHARS : Math.max(1, Math.ceil(length / ticks));
}

const isInputDelta = (delta: unknown): delta is { partial_json: string } =>
  typeof delta === 'object' && delta !== null && 'partial_json' in delta;

/** Writes server-sent events one after the other and waits for a slow reader. */
class EventWriter {
  private inputChars = 0;

  constructor(
    private readonly response: ServerResponse,
    private readonly options: StreamOptions,
  ) {}

  /** False when the stream has to stop here. */
  async write(data: { type: string } & Record<string, unknown>): Promise<boolean> {
    if (this.options.signal.aborted) return false;
    if (this.options.mayContinue && !this.options.mayContinue(this.inputChars)) return false;
    if (isInputDelta(data.delta)) this.inputChars += data.delta.partial_json.length;
    if (!this.response.write(`event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`))
      await drained(this.response, this.options.signal);
    return !this.options.signal.aborted;
  }
}

function drained(response: ServerResponse, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    response.once('drain', resolve);
    signal.addEventListener(
      'abort',
      () => {
        resolve();
      },
      { once: true },
    );
  });
}

async function writeBlock(
  writer: EventWriter,
  index: number,
  block: AnswerBlock,
  options: StreamOptions,
): Promise<boolean> {
  const start =
    block.type === 'text'
      ? { type: 'text', text: '' }
      : { type: 'tool_use', id: newId('toolu'), name: block.name, input: {} };
  if (!(await writer.write({ type: 'content_block_start', index, content_block: start })))
    return false;
  const payload = payloadOf(block);
  const size = pieceSize(block, payload.length, options.totalMs);
  for (const piece of piecesOf(payload, size)) {
    const delta =
      block.type === 'text'
        ? { type: 'text_delta', text: piece }
        : { type: 'input_json_delta', partial_json: piece };
    if (!(await writer.write({ type: 'content_block_delta', index, delta }))) return false;
    if (size < FAST_PIECE_CHARS && options.totalMs > 0)
      await sleep(TICK_MS, undefined, { signal: options.signal }).catch(() => undefined);
  }
  return writer.write({ type: 'content_block_stop', index });
}

/** Streams an answer at a human pace. True when all of it was sent; the response is not ended. */
export async function streamAnswer(
  response: ServerResponse,
  request: MessagesRequest,
  turn: Turn,
  options: StreamOptions,
): Promise<boolean> {
  const writer = new EventWriter(response, options);
  const message = {
    ...answerBody(request, { blocks: [], stopReason: turn.stopReason }),
    stop_reason: null,
    usage: usageOfTokens(request, 1),
  };
  if (!(await writer.write({ type: 'message_start', message }))) return false;
  for (const [index, block] of turn.blocks.entries())
    if (!(await writeBlock(writer, index, block, options))) return false;
  const outputTokens = turn.blocks.reduce((sum, block) => sum + tokensIn(payloadOf(block)), 1);
  const end = {
    type: 'message_delta',
    delta: { stop_reason: turn.stopReason, stop_sequence: null },
    usage: { output_tokens: outputTokens },
  };
  return (await writer.write(end)) && writer.write({ type: 'message_stop' });
}
