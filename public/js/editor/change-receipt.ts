/** The receipt of a change, taken out of the answer that brings it (P4). */
import { paramIn } from '../../../src/contracts/messages/render.ts';
import { saidText, type Coded } from '../texts/server-words.js';
import { text } from '../texts/index.js';
import { splitSuggestions } from './answer-text.js';

export interface ChangeReceipt {
  /** What worked before and does not any more, and what to do; null = nothing was lost. */
  lost: string | null;
  /** Labels and what stands behind them. */
  facts: readonly (readonly [label: string, said: string])[];
  /** Names the images of before and after; null = there are none. */
  loop: string | null;
}

interface ReadAnswer {
  body: string;
  suggestions: string[];
  change: ChangeReceipt | null;
}

/** An answer of the server with its parts; `own` is its text where no code of it is known. */
export function readAnswer(own: string, coded: Coded): ReadAnswer {
  const parts = partsOf(coded);
  const lost = parts.find(({ code }) => code === 'CHANGE_LOST');
  const receipt = parts.find(({ code }) => code === 'CHANGE_RECEIPT');
  if (!lost && !receipt) return { ...splitSuggestions(saidText(own, coded)), change: null };
  const paragraphs = parts.filter((part) => part !== lost && part !== receipt);
  const said = saidText('', { code: 'PARAGRAPHS', params: { paragraphs } });
  const { loop } = receipt?.params ?? {};
  return {
    ...splitSuggestions(said),
    change: {
      lost: lost ? saidText('', lost).replace(/^[(（](.*)[)）]$/s, '$1') : null,
      facts: receipt ? factsOf(receipt.params ?? {}) : [],
      loop: typeof loop === 'string' ? loop : null,
    },
  };
}

function partsOf({ code, params }: Coded): readonly Coded[] {
  const parts = code === 'PARAGRAPHS' ? params?.['paragraphs'] : [{ code, params }];
  return Array.isArray(parts) ? (parts as Coded[]) : [];
}

function factsOf(params: NonNullable<Coded['params']>): ChangeReceipt['facts'] {
  const names = ['changed', 'gained', 'same', 'unseen'] as const;
  return names
    .filter((name) => params[name] !== undefined)
    .map((name) => {
      const said = paramIn(text.messages, name, params);
      return [text.changeLabels[name], name === 'unseen' ? text.changePlaces(said) : said];
    });
}
