import Anthropic, {
  APIConnectionError,
  APIError,
  APIConnectionTimeoutError,
} from '@anthropic-ai/sdk';
import { jsonrepair } from 'jsonrepair';
import type { z } from 'zod';
import { parsedJson } from '../../../contracts/base/readable.js';
import type { WorkerConfig } from '../../../config.js';
import { AppError, type ErrorKind } from '../../../contracts/base/errors.js';

export type ModelConfig = Pick<
  WorkerConfig,
  'ANTHROPIC_API_KEY' | 'ANTHROPIC_BASE_URL' | 'CHAT_MODEL' | 'CHAT_TIMEOUT_MS'
>;

interface ModelQuestion {
  readonly system: string;
  readonly content: Anthropic.MessageParam['content'];
  readonly maxTokens: number;
  /** In place of the usual one. */
  readonly timeoutMs?: number;
}

/**
 * The model for short answers in words: its answer as text. It never repeats a request by itself:
 * Temporal does. Throws the kinds of the model; `ModelRefused` for an empty answer.
 */
export function createModel(config: ModelConfig): (question: ModelQuestion) => Promise<string> {
  const anthropic = new Anthropic({
    apiKey: config.ANTHROPIC_API_KEY,
    baseURL: config.ANTHROPIC_BASE_URL,
    maxRetries: 0,
  });
  return async ({ system, content, maxTokens, timeoutMs = config.CHAT_TIMEOUT_MS }) => {
    const messages = [{ role: 'user' as const, content }];
    const question = { model: config.CHAT_MODEL, max_tokens: maxTokens, system, messages };
    const reply = await anthropic.messages
      .create(question, { timeout: timeoutMs })
      .catch((error: unknown) => {
        throw new AppError(kindOf(error), 'the model could not answer');
      });
    const text = reply.content
      .map((block) => (block.type === 'text' ? block.text : ''))
      .join('')
      .trim();
    if (!text) throw new AppError('ModelRefused', 'the model gave an empty answer');
    return text;
  };
}

/**
 * The JSON in a model's answer; `value` null = there is none, or it is not what the schema asks
 * for.
 */
interface JsonAnswer<T> {
  /** Whether the answer has anything in braces at all. */
  readonly hasBraces: boolean;
  readonly value: T | null;
}

/** Models put words around their JSON, with braces in them, too. */
const MOST_ENDS = 8;
/** How an object begins that names something. */
const OBJECT = /\{\s*["']?[\w-]+["']?\s*:/u;

/**
 * What counts is from the first brace that begins an object to the last with which it is JSON. One
 * that is cut, or written as a script would, is read as far as it goes.
 */
export function readJson<S extends z.ZodType>(text: string, schema: S): JsonAnswer<z.output<S>> {
  const named = text.search(OBJECT);
  const from = named === -1 ? text.indexOf('{') : named;
  const ends = [...text.matchAll(/\}/g)].map(({ index }) => index + 1).filter((end) => end > from);
  const whole = ends.slice(-MOST_ENDS).map((end) => text.slice(from, end));
  const hasBraces = from !== -1 && whole.length > 0;
  const tries = [
    ...whole.toReversed().map((part) => () => part),
    // What was cut goes on behind the last brace that it still has.
    ...[text.slice(from), ...whole.slice(-1)].map((part) => () => repaired(part)),
  ];
  for (const read of from === -1 ? [] : tries) {
    const value = parsedJson(schema, read());
    if (value !== null) return { hasBraces, value };
  }
  return { hasBraces, value: null };
}

function repaired(text: string): string {
  try {
    return jsonrepair(text);
  } catch {
    return '';
  }
}

function kindOf(error: unknown): ErrorKind {
  if (error instanceof APIConnectionTimeoutError || error instanceof APIConnectionError)
    return 'ModelUnavailable';
  if (!(error instanceof APIError)) return 'OPERATION_FAILED';
  const status = error.status as number | undefined;
  if (status === 401 || status === 403) return 'ModelKeyInvalid';
  if (status === 429) return 'ModelRateLimited';
  if (status === 529) return 'ModelOverloaded';
  return status !== undefined && status >= 500 ? 'ModelUnavailable' : 'ModelBadRequest';
}
