import { StringDecoder } from 'node:string_decoder';
import { z } from 'zod';
import { parsedJson } from '../contracts/base/readable.js';
import { AnswerUsage, type Purchase } from './model-purse.js';

const Event = z.object({
  type: z.string(),
  message: z.object({ usage: AnswerUsage.optional() }).optional(),
  usage: AnswerUsage.optional(),
  delta: z.record(z.string(), z.unknown()).optional(),
});
const WholeAnswer = z.object({ usage: AnswerUsage.optional() });

/** Longer lines are none of the model's: they are counted and not read. */
const MAX_LINE_CHARS = 1024 * 1024;
const MAX_WHOLE_CHARS = 16 * 1024 * 1024;

/**
 * Reads the usage that an answer reports as it streams. `push` each part, `end` at its end; the
 * answer is neither stored nor changed.
 */
export function followUsage(
  purchase: Purchase,
  isStream: boolean,
): { push(chunk: Buffer): void; end(): void } {
  const decoder = new StringDecoder('utf8');
  const limit = isStream ? MAX_LINE_CHARS : MAX_WHOLE_CHARS;
  let rest = '';
  return {
    push(chunk) {
      rest += decoder.write(chunk);
      const lines = isStream ? rest.split('\n') : [rest];
      rest = lines.pop() ?? '';
      for (const line of lines) if (line.startsWith('data:')) noteEvent(purchase, line.slice(5));
      if (rest.length <= limit) return;
      purchase.wrote(rest.length);
      rest = '';
    },
    end() {
      const answer = isStream ? null : parsedJson(WholeAnswer, rest);
      if (answer?.usage) purchase.note(answer.usage);
    },
  };
}

function noteEvent(purchase: Purchase, text: string): void {
  const event = parsedJson(Event, text);
  if (!event) return;
  const usage = event.message?.usage ?? event.usage;
  if (usage) purchase.note(usage);
  else if (event.type === 'content_block_delta') purchase.wrote(lengthOf(event.delta ?? {}));
}

function lengthOf(delta: Record<string, unknown>): number {
  return Object.values(delta).reduce<number>(
    (sum, value) => sum + (typeof value === 'string' ? Buffer.byteLength(value) : 0),
    0,
  );
}
