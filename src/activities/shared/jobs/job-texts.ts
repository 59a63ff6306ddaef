import type { z } from 'zod';
import type { WorkerConfig } from '../../../config.js';
import { AppError, type ErrorKind } from '../../../contracts/base/errors.js';
import { warned, type Log } from '../../../telemetry/log.js';
import type { Store } from '../../../store/index.js';
import { createModel, readJson, type ModelConfig } from '../planning/ask-model.js';

/** Short texts of a job; each is asked for once, and has a row of its own in the usage (J5). */
export type JobText = 'reading' | 'answer' | `design${Again}` | `judging-${number}${Again}`;
type Again = '' | '-again';

export interface JobTextDeps {
  config: ModelConfig &
    Pick<
      WorkerConfig,
      'TEXT_USD' | 'USER_DAILY_USD' | 'USER_DAILY_LOSS_USD' | 'BUDGET_DAILY_USD' | 'GUEST_DAILY_USD'
    >;
  store: { readonly usage: Pick<Store['usage'], 'reserveBesideRuns' | 'release'> };
  log: Log;
}

export interface JobQuestion<S extends z.ZodType> {
  readonly jobId: string;
  readonly text: JobText;
  readonly system: string;
  readonly prompt: string;
  /** Shown before the prompt: PNG, base64. */
  readonly image?: string;
  readonly schema: S;
  readonly maxTokens: number;
  readonly timeoutMs: number;
}

/** Why there is no answer: the kind of the failure, or that it cannot be read. */
export type JobMissing = ErrorKind | 'unreadable';
export type JobAnswer<T> = { readonly value: T } | { readonly missing: JobMissing };

/** Asks the small model for JSON, once; else returns the reason, or a limit of the day. */
export function jobTextAsker(deps: JobTextDeps) {
  const { config, log } = deps;
  const askModel = createModel(config);
  return async <S extends z.ZodType>(question: JobQuestion<S>): Promise<JobAnswer<z.output<S>>> => {
    const { jobId, text, system, maxTokens, schema, timeoutMs } = question;
    const content = contentOf(question);
    try {
      const told = await payText(deps, { jobId, text }, () =>
        askModel({ system, content, maxTokens, timeoutMs }),
      );
      const { value } = readJson(told, schema);
      if (value !== null) return { value };
      log.warn({ jobId, text }, 'an answer of the model cannot be read');
      return { missing: 'unreadable' };
    } catch (error) {
      log.warn({ err: error, jobId, text }, 'no answer of the model');
      return { missing: error instanceof AppError ? error.kind : 'OPERATION_FAILED' };
    }
  };
}

function contentOf({ prompt, image }: { prompt: string; image?: string }) {
  if (image === undefined) return prompt;
  const source = { type: 'base64', media_type: 'image/png', data: image } as const;
  return [{ type: 'image', source } as const, { type: 'text', text: prompt } as const];
}

/**
 * Sets the price of a text aside before it is asked for; one that does not come costs nothing. An
 * answer to a question counts and is refused for losses alone: questions go on when games have to
 * wait. Throws `SPENDING_LIMIT_EXCEEDED`, `LOSS_LIMIT_EXCEEDED`, `GUEST_LIMIT_EXCEEDED`,
 * `RunCancelled` when the job has ended, or what `ask` throws.
 */
export async function payText<T>(
  { config, store, log }: JobTextDeps,
  { jobId, text }: { jobId: string; text: JobText },
  ask: () => Promise<T>,
): Promise<T> {
  const isBounded = text !== 'answer';
  // The house judges its own work; its players are asked for nothing.
  const isOwn = !text.startsWith('judging-');
  const isPaid = await store.usage.reserveBesideRuns({
    jobId,
    kind: 'text',
    step: text,
    usd: config.TEXT_USD,
    payer: isOwn ? 'user' : 'house',
    lossLimitUsd: isOwn ? config.USER_DAILY_LOSS_USD : 0,
    userLimitUsd: isBounded && isOwn ? config.USER_DAILY_USD : 0,
    budgetUsd: isBounded ? config.BUDGET_DAILY_USD : 0,
    guestLimitUsd: config.GUEST_DAILY_USD,
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
      .catch(warned(log, { jobId, text }, 'a text stays counted'));
    throw error;
  }
}
