import { cut } from '../../contracts/base/cut.js';
import { z } from 'zod';
import { readable } from '../../contracts/base/readable.js';
import { JUDGED_LIMITS, type JudgedFact } from '../../contracts/game/judging.js';
import type { Receipt, ReceiptFact } from '../../contracts/game/receipt.js';
import { oneLine } from '../text/one-line.js';
import { words } from './judge-words.js';

/** Facts that a judge is asked about, lost ones first: it has eight seconds. */
const MAX_FACTS = 10;
const MAX_FACT_CHARS = 120;

/** The facts of a receipt that a judge is asked about, a line for each, in the receipt's order. */
export function factLines(receipt: Receipt | undefined): string[] {
  if (receipt === undefined) return [];
  const { lost, changed } = receipt;
  const lines = [
    ...lost.map((fact) => `lost: ${factText(fact)}`),
    ...changed.map((fact) => `changed: ${factText(fact)}`),
  ];
  return lines.slice(0, MAX_FACTS).map((line) => cut(oneLine(line), MAX_FACT_CHARS));
}

function factText({ kind, what, ratio, from, to }: ReceiptFact): string {
  const told = [
    ...(ratio === undefined ? [] : [`×${Number(ratio.toPrecision(3))}`]),
    ...(from === undefined || to === undefined ? [] : [`${from} → ${to}`]),
  ];
  return [kind, what, ...told].filter((part) => part !== '').join(' ');
}

const SaidFact = z.object({
  fact: z.number().int(),
  asked: z.boolean(),
  words: words(JUDGED_LIMITS.words),
});
/** A judge's answer about facts, each by its number. */
export const SaidFacts = readable(SaidFact, 2 * MAX_FACTS);

/** The same as it is stored; of a fact that is named twice, or does not exist, nothing. */
export function judgedFacts(
  lines: readonly string[],
  said: z.infer<typeof SaidFacts>,
): JudgedFact[] {
  return lines.flatMap((_, at) => {
    const [about, ...more] = said.filter(({ fact }) => fact === at + 1);
    if (about === undefined || more.length > 0) return [];
    return [{ at, asked: about.asked, words: about.words }];
  });
}
