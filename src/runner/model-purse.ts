import { z } from 'zod';

/** US dollars for a million tokens. */
interface Prices {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
}

/** What the pinned model program calculates with. */
const OPUS: Prices = { input: 4, output: 20, cacheRead: 0.2, cacheWrite: 5 };
const BY_NAME: readonly (readonly [RegExp, Prices])[] = [
  [/^claude-sonnet-5-5(-\d{8})?$/, { input: 2, output: 10, cacheRead: 0.1, cacheWrite: 2.5 }],
  [/^claude-haiku-5-5(-\d{8})?$/, { input: 0.1, output: 0.5, cacheRead: 0.01, cacheWrite: 0.13 }],
];
const MILLION = 1_000_000;
/** A cache that lasts an hour costs this much more to write than one of five minutes. */
const LONG_CACHE_FACTOR = 1.6;
/** Of plain text; what it really is comes with the answer. */
const BYTES_PER_TOKEN = 4;
/** Less than this is no answer. */
const MIN_OUTPUT_TOKENS = 1_024;
/** The first request of a run starts whatever it costs, up to this size. */
const FIRST_REQUEST_BYTES = 256 * 1024;

/** Prices of a model; of one that nobody knows the dearest ones. */
function pricesOf(model: string): Prices {
  return BY_NAME.find(([name]) => name.test(model))?.[1] ?? OPUS;
}

const Tokens = z.number().nonnegative().nullish();
/** What an answer says of itself; later parts name the fields that have changed. */
export const AnswerUsage = z.object({
  input_tokens: Tokens,
  cache_read_input_tokens: Tokens,
  cache_creation_input_tokens: Tokens,
  cache_creation: z.object({ ephemeral_1h_input_tokens: Tokens }).nullish(),
  output_tokens: Tokens,
});
export type AnswerUsage = z.infer<typeof AnswerUsage>;

function inputCost(usage: AnswerUsage, prices: Prices): number {
  const written = usage.cache_creation_input_tokens ?? 0;
  const long = Math.min(written, usage.cache_creation?.ephemeral_1h_input_tokens ?? 0);
  return (
    ((usage.input_tokens ?? 0) * prices.input +
      (usage.cache_read_input_tokens ?? 0) * prices.cacheRead +
      (written - long + long * LONG_CACHE_FACTOR) * prices.cacheWrite) /
    MILLION
  );
}

/** One request that was let through, while it is answered. */
export interface Purchase {
  /** What the answer may have at most; the request is told so. */
  readonly maxTokens: number;
  /** The answer has said this about itself. */
  note(usage: AnswerUsage): void;
  /** So many bytes of the answer's text came. */
  wrote(bytes: number): void;
  /** The run has spent more than it had, and this answer has had its smallest share. */
  isOverdrawn(): boolean;
  /** The answer ended because it may have no more, and it was given less than it asked for. */
  isCutShort(): boolean;
  /** It was refused: nothing is spent. */
  cancel(): void;
  /** It is over: what is known of it is spent. */
  settle(): void;
}

export interface Purse {
  /** Null = what is left does not reach for it. */
  buy(request: {
    model: string;
    maxTokens: number;
    bytes: number;
    isStream: boolean;
  }): Purchase | null;
  spentUsd(): number;
}

interface Open {
  inputUsd: number;
  outputUsd: number;
  outputTokens: number;
}

/**
 * Counts what a run buys of the model, by the answers and, while they come, by their length. It
 * gives no answer more room than is left; so two that come at a time spend twice that at most.
 */
export function openPurse(budgetUsd: number): Purse {
  const open = new Set<Open>();
  let settledUsd = 0;
  let largestBytes = 0;
  const spentUsd = (): number =>
    [...open].reduce((sum, each) => sum + each.inputUsd + each.outputUsd, settledUsd);

  return {
    spentUsd,
    buy({ model, maxTokens, bytes, isStream }) {
      const prices = pricesOf(model);
      const isFirst = spentUsd() === 0 && bytes <= FIRST_REQUEST_BYTES;
      // What was sent before is read from the cache, unless another request is on its way.
      const known = open.size === 0 ? Math.min(bytes, largestBytes) : 0;
      const inputUsd =
        ((bytes - known) * prices.input + known * prices.cacheRead) / BYTES_PER_TOKEN / MILLION;
      const leftUsd = budgetUsd - spentUsd() - inputUsd;
      const affordable = Math.floor((leftUsd * MILLION) / prices.output);
      if (affordable < Math.min(maxTokens, MIN_OUTPUT_TOKENS) && !isFirst) return null;
      // Nobody can watch what is not streamed: it has to fit as a whole.
      if (!isStream && affordable < maxTokens && !isFirst) return null;
      const sum: Open = { inputUsd, outputUsd: 0, outputTokens: 0 };
      open.add(sum);
      const given = Math.min(maxTokens, Math.max(affordable, MIN_OUTPUT_TOKENS));
      return {
        maxTokens: given,
        note(usage) {
          largestBytes = Math.max(largestBytes, bytes);
          if (usage.input_tokens != null) sum.inputUsd = inputCost(usage, prices);
          if (usage.output_tokens == null) return;
          sum.outputTokens = usage.output_tokens;
          sum.outputUsd = (usage.output_tokens * prices.output) / MILLION;
        },
        wrote(count) {
          sum.outputUsd += (count / BYTES_PER_TOKEN / MILLION) * prices.output;
        },
        isOverdrawn: () =>
          spentUsd() > budgetUsd && sum.outputUsd > (MIN_OUTPUT_TOKENS * prices.output) / MILLION,
        isCutShort: () => given < maxTokens && sum.outputTokens >= given,
        cancel() {
          open.delete(sum);
        },
        settle() {
          if (open.delete(sum)) settledUsd += sum.inputUsd + sum.outputUsd;
        },
      };
    },
  };
}
