import type Anthropic from '@anthropic-ai/sdk';
import type { z } from 'zod';
import type { WorkerConfig } from '../../config.js';
import { AppError } from '../../contracts/errors.js';
import type { Log } from '../../log.js';
import type { Store } from '../../store/index.js';
import { askForJson, createModel } from './ask-model.js';

/** Short texts of a job; each is asked for once, and has a row of its own in the usage (J5). */
export type JobText = 'reading' | 'design' | 'answer';

export interface JobTextDeps {
  config: Pick<
    WorkerConfig,
    | 'ANTHROPIC_API_KEY'
    | 'ANTHROPIC_BASE_URL'
    | 'CHAT_MODEL'
    | 'CHAT_TIMEOUT_MS'
    | 'TEXT_USD'
    | 'USER_DAILY_USD'
    | 'BUDGET_DAILY_USD'
  >;
  store: { readonly usage: Pick<Store['usage'], 'reserveText' | 'release'> };
  log: Log;
}

interface Question<S extends z.ZodType> {
  readonly jobId: string;
  readonly text: JobText;
  readonly system: string;
  readonly prompt: string;
  readonly schema: S;
  readonly maxTokens: number;
  readonly timeoutMs: number;
}

/**
 * Asks the small model for JSON, once. Null when it is away or talks nonsense, or when a limit of
 * the day leaves too little: whoever asks has rules for want of an answer.
 */
export function jobTextAsker(deps: JobTextDeps) {
  const { config, log } = deps;
  const anthropic = createModel(config);
  return async <S extends z.ZodType>(question: Question<S>): Promise<z.output<S> | null> => {
    const { jobId, text, system, prompt, schema, maxTokens, timeoutMs } = question;
    const message: Anthropic.MessageCreateParamsNonStreaming = {
      model: config.CHAT_MODEL,
      max_tokens: maxTokens,
      system,
      messages: [{ role: 'user', content: prompt }],
    };
    try {
      const { value } = await payText(deps, { jobId, text }, () =>
        askForJson(anthropic, message, schema, { timeout: timeoutMs }),
      );
      if (value === null)
        log.warn({ jobId, text }, 'an answer cannot be read: rules take its place');
      return value;
    } catch (error) {
      log.warn({ err: error, jobId, text }, 'no answer of the model: rules take its place');
      return null;
    }
  };
}

/**
 * Sets the price of a text aside before it is asked for; one that does not come costs nothing. An
 * answer to a question counts and is never refused: questions go on when games have to wait.
 * Throws `SPENDING_LIMIT_EXCEEDED`, `RunCancelled` when the job has ended, or what `ask` throws.
 */
export async function payText<T>(
  { config, store, log }: JobTextDeps,
  { jobId, text }: { jobId: string; text: JobText },
  ask: () => Promise<T>,
): Promise<T> {
  const isBounded = text !== 'answer';
  const isPaid = await store.usage.reserveText({
    jobId,
    step: text,
    usd: config.TEXT_USD,
    userLimitUsd: isBounded ? config.USER_DAILY_USD : 0,
    budgetUsd: isBounded ? config.BUDGET_DAILY_USD : 0,
  });
  if (!isPaid)
    throw isBounded
      ? new AppError('SPENDING_LIMIT_EXCEEDED', `too little is left for the ${text}`)
      : new AppError('RunCancelled', 'the job has ended');
  try {
    return await ask();
  } catch (error) {
    const failure = error instanceof AppError ? error.kind : null;
    await store.usage
      .release(`${jobId}.${text}`, failure, 0)
      .catch((problem: unknown) => log.warn({ err: problem, jobId, text }, 'a text stays counted'));
    throw error;
  }
}
