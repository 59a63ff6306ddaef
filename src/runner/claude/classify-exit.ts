import { AppError, type ErrorKind } from '../../contracts/base/errors.js';
import type { RunUsage } from '../../contracts/execution/runner.js';
import type { ResultLine } from './messages.js';

/** What is known when the model program has ended by itself. */
export interface RunEnd {
  readonly result: ResultLine | null;
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly stderrTail: string;
  readonly wasRefused: boolean;
  /** `retry-after` of the last refusal that the key proxy saw. */
  readonly retryAfterMs: number | null;
  /** The key proxy has refused an answer, cut it, or given it less room, for want of money. */
  readonly isSpent: boolean;
}

/** Did the model end properly? Null = yes; otherwise the one failure that describes it. */
export function classifyExit(end: RunEnd): AppError | null {
  const { result } = end;
  if (end.isSpent && (result === null || result.is_error || result.stop_reason === 'max_tokens'))
    return new AppError('ModelBudgetExceeded', 'the key proxy gives no more than the run may cost');
  if (result === null) {
    const how = end.signal ? `was ended by ${end.signal}` : `ended with ${end.exitCode}`;
    return new AppError(
      'RunCrashed',
      `the model program ${how} without a result: ${end.stderrTail.trim() || 'no message'}`,
    );
  }
  if (result.is_error) {
    const kind = kindOf(result, end.wasRefused);
    const details =
      kind === 'ModelRateLimited' || kind === 'ModelOverloaded'
        ? { retryAfterMs: end.retryAfterMs ?? undefined }
        : {};
    return new AppError(kind, messageOf(result), details);
  }
  if (result.stop_reason === 'max_tokens')
    return new AppError('ModelOutputTooLong', 'the last answer was cut at the token limit');
  if (result.stop_reason === 'refusal') return new AppError('ModelRefused', messageOf(result));
  if (end.exitCode !== 0)
    return new AppError(
      'RunCrashed',
      `the model program ended with ${end.exitCode ?? end.signal} after its result`,
    );
  return null;
}

const BY_STATUS: Readonly<Record<number, ErrorKind>> = {
  401: 'ModelKeyInvalid',
  403: 'ModelKeyInvalid',
  404: 'ModelKeyInvalid',
  429: 'ModelRateLimited',
  529: 'ModelOverloaded',
};

function kindOf(result: ResultLine, wasRefused: boolean): ErrorKind {
  const status = result.api_error_status ?? null;
  const text = messageOf(result);
  if (isOutOfTurns(result)) return 'ModelBudgetExceeded';
  if (result.terminal_reason === 'budget_exhausted' || result.subtype === 'error_max_budget_usd')
    return 'ModelBudgetExceeded';
  if (result.terminal_reason === 'prompt_too_long' || result.api_error === 'max_output_tokens')
    return 'ModelOutputTooLong';
  if (status !== null) {
    if (/credit balance/i.test(text)) return 'ModelKeyInvalid';
    return BY_STATUS[status] ?? (status >= 500 ? 'ModelUnavailable' : 'ModelBadRequest');
  }
  if (wasRefused || result.stop_reason === 'refusal') return 'ModelRefused';
  if (/not logged in|invalid api key/i.test(text)) return 'ModelKeyInvalid';
  if (result.terminal_reason === 'api_error') return 'ModelUnavailable';
  return 'RunCrashed';
}

/** It has taken all turns that it may, and was asked for no more. */
export function isOutOfTurns(result: ResultLine): boolean {
  return result.terminal_reason === 'max_turns' || result.subtype === 'error_max_turns';
}

function messageOf(result: ResultLine): string {
  return result.result ?? result.errors?.join('; ') ?? result.terminal_reason ?? result.subtype;
}

/** What the run cost; input tokens include what was read from and written to the cache. */
export function usageOf(result: ResultLine): RunUsage {
  const usage = result.usage;
  return {
    costUsd: result.total_cost_usd ?? 0,
    inputTokens:
      (usage?.input_tokens ?? 0) +
      (usage?.cache_read_input_tokens ?? 0) +
      (usage?.cache_creation_input_tokens ?? 0),
    outputTokens: usage?.output_tokens ?? 0,
    turns: result.num_turns ?? 0,
    durationMs: result.duration_ms ?? 0,
  };
}
