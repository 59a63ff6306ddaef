import Anthropic, {
  APIConnectionError,
  APIError,
  APIConnectionTimeoutError,
} from '@anthropic-ai/sdk';
import { jsonrepair } from 'jsonrepair';
import type { z } from 'zod';
import type { WorkerConfig } from '../../../config.js';
import { AppError, type ErrorKind } from '../../../contracts/base/errors.js';

/**
 * The model for short answers in words. It never repeats a request by itself: Temporal does.
 */
export function createModel(
  config: Pick<WorkerConfig, 'ANTHROPIC_API_KEY' | 'ANTHROPIC_BASE_URL' | 'CHAT_TIMEOUT_MS'>,
): Anthropic {
  return new Anthropic({
    apiKey: config.ANTHROPIC_API_KEY,
    baseURL: config.ANTHROPIC_BASE_URL,
    maxRetries: 0,
    timeout: config.CHAT_TIMEOUT_MS,
  });
}

/**
 * The model's answer as text; `timeout`, milliseconds, in place of the usual one. Throws the kinds
 * of the model; `ModelRefused` for an empty answer.
 */
export async function completeText(
  anthropic: Anthropic,
  question: Anthropic.MessageCreateParamsNonStreaming,
  limits: { timeout?: number } = {},
): Promise<string> {
  let text: string;
  try {
    const reply = await anthropic.messages.create(question, limits);
    text = reply.content
      .map((block) => (block.type === 'text' ? block.text : ''))
      .join('')
      .trim();
  } catch (error) {
    throw new AppError(kindOf(error), 'the model could not answer');
  }
  if (!text) throw new AppError('ModelRefused', 'the model gave an empty answer');
  return text;
}

/**
 * The JSON in a model's answer; `value` null = there is none, or it is not what the schema asks
 * for.
 */
export interface JsonAnswer<T> {
  readonly text: string;
  /** Whether the answer has anything in braces at all. */
  readonly hasBraces: boolean;
  readonly value: T | null;
}

/** Asks for JSON and reads it. Throws what {@link completeText} throws. */
export async function askForJson<S extends z.ZodType>(
  anthropic: Anthropic,
  question: Anthropic.MessageCreateParamsNonStreaming,
  schema: S,
  limits: { timeout?: number } = {},
): Promise<JsonAnswer<z.output<S>>> {
  return readJson(await completeText(anthropic, question, limits), schema);
}

/** Models put words around their JSON, with braces in them, too. */
const MOST_ENDS = 8;

/**
 * What counts is from the first brace to the last with which it is JSON. One that is cut, or
 * written as a script would, is read as far as it goes.
 */
export function readJson<S extends z.ZodType>(text: string, schema: S): JsonAnswer<z.output<S>> {
  const from = text.indexOf('{');
  const ends = [...text.matchAll(/\}/g)].map(({ index }) => index + 1).filter((end) => end > from);
  const whole = ends.slice(-MOST_ENDS).map((end) => text.slice(from, end));
  const hasBraces = from !== -1 && whole.length > 0;
  const tries = [
    ...whole.toReversed().map((part) => () => parsed(part)),
    ...[...whole.slice(-1), text.slice(from)].map((part) => () => parsed(repaired(part))),
  ];
  for (const read of from === -1 ? [] : tries) {
    const { data } = schema.safeParse(read());
    if (data !== undefined) return { text, hasBraces, value: data };
  }
  return { text, hasBraces, value: null };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
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
