import { EventEmitter, once } from 'node:events';
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
/** An answer in one piece is lost where it is cut: this is room for a whole page. */
const MIN_WHOLE_TOKENS = 16_000;
/** The first request of a run starts whatever it costs, up to this size. */
const FIRST_REQUEST_BYTES = 256 * 1024;

/** Prices of a model; those of the dearest for an unknown one. */
export function pricesOf(model: string): Prices {
  return BY_NAME.find(([name]) => name.test(model))?.[1] ?? OPUS;
}

const Tokens = z.number().nonnegative().nullish();
/** Usage as an answer reports it; later parts hold the fields that have changed. */
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
  /** Limit of the answer; goes out with the request. */
  readonly maxTokens: number;
  /** Records usage that the answer reports. */
  note(usage: AnswerUsage): void;
  /** Records bytes of the answer's text. */
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

interface PurchaseRequest {
  readonly model: string;
  readonly maxTokens: number;
  readonly bytes: number;
  readonly isStream: boolean;
}

interface Open {
  inputUsd: number;
  outputUsd: number;
  /** All that its answer may still become. */
  readonly roomUsd: number;
  /** Its answer has begun: the model has read the request. */
  isAnswered: boolean;
}

const spentFor = (each: Open): number => each.inputUsd + each.outputUsd;
const heldFor = (each: Open): number => each.inputUsd + Math.max(each.outputUsd, each.roomUsd);

/**
 * Counts what a run buys of the model, by the answers and, while they come, by their length. An
 * answer holds the price of all its room from its beginning to its end: however many are open,
 * together they have no more room than is left.
 */
export class Purse {
  private readonly open = new Set<Open>();
  private readonly releases = new EventEmitter().setMaxListeners(0);
  private settledUsd = 0;
  private largestBytes = 0;

  constructor(private readonly budgetUsd: number) {}

  spentUsd(): number {
    return this.sum(spentFor);
  }

  /** The same without requests that have no answer yet: one that is refused costs nothing (M2). */
  answeredUsd(): number {
    return this.sum((each) => (each.isAnswered ? spentFor(each) : 0));
  }

  /**
   * Waits while open answers hold the room that this one needs, until `signal` aborts. Null = the
   * budget is too small for it, or its caller has gone.
   */
  async buy(request: PurchaseRequest, signal: AbortSignal): Promise<Purchase | null> {
    while (!signal.aborted) {
      const inputUsd = this.inputUsd(request);
      const room = this.room(request, inputUsd, this.sum(heldFor));
      // A reservation may be released: that is no shortage yet.
      const roomLater = this.room(request, inputUsd, this.spentUsd());
      if (room === roomLater) return room === null ? null : this.begin(request, inputUsd, room);
      await once(this.releases, 'release', { signal }).catch(() => undefined);
    }
    return null;
  }

  private sum(cost: (each: Open) => number): number {
    return [...this.open].reduce((sum, each) => sum + cost(each), this.settledUsd);
  }

  private inputUsd({ model, bytes }: PurchaseRequest): number {
    const prices = pricesOf(model);
    // What was sent before is read from the cache, unless another request is on its way.
    const known = this.open.size === 0 ? Math.min(bytes, this.largestBytes) : 0;
    const tokensUsd = (bytes - known) * prices.input + known * prices.cacheRead;
    return tokensUsd / BYTES_PER_TOKEN / MILLION;
  }

  /** Tokens that the answer may have when `goneUsd` is gone; null = too few to begin. */
  private room(request: PurchaseRequest, inputUsd: number, goneUsd: number): number | null {
    const { maxTokens, bytes, isStream } = request;
    const leftUsd = this.budgetUsd - goneUsd - inputUsd;
    const affordable = Math.floor((leftUsd * MILLION) / pricesOf(request.model).output);
    const needed = Math.min(maxTokens, isStream ? MIN_OUTPUT_TOKENS : MIN_WHOLE_TOKENS);
    const isFirst = this.open.size === 0 && this.settledUsd === 0 && bytes <= FIRST_REQUEST_BYTES;
    if (affordable < needed && !isFirst) return null;
    return Math.min(maxTokens, Math.max(affordable, MIN_OUTPUT_TOKENS));
  }

  private begin(request: PurchaseRequest, inputUsd: number, room: number): Purchase {
    const prices = pricesOf(request.model);
    const costOf = (tokens: number): number => (tokens * prices.output) / MILLION;
    const sum: Open = { inputUsd, outputUsd: 0, roomUsd: costOf(room), isAnswered: false };
    this.open.add(sum);
    let outputTokens = 0;
    return {
      maxTokens: room,
      note: (usage) => {
        sum.isAnswered = true;
        this.largestBytes = Math.max(this.largestBytes, request.bytes);
        if (usage.input_tokens != null) sum.inputUsd = inputCost(usage, prices);
        if (usage.output_tokens == null) return;
        outputTokens = usage.output_tokens;
        sum.outputUsd = costOf(outputTokens);
      },
      wrote: (bytes) => {
        sum.outputUsd += costOf(bytes / BYTES_PER_TOKEN);
      },
      isOverdrawn: () =>
        this.spentUsd() > this.budgetUsd && sum.outputUsd > costOf(MIN_OUTPUT_TOKENS),
      isCutShort: () => room < request.maxTokens && outputTokens >= room,
      cancel: () => this.release(sum, 0),
      settle: () => this.release(sum, spentFor(sum)),
    };
  }

  private release(sum: Open, spentUsd: number): void {
    if (!this.open.delete(sum)) return;
    this.settledUsd += spentUsd;
    this.releases.emit('release');
  }
}
