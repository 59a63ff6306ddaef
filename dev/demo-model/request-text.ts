import type { Language } from '../../src/contracts/base/language.js';
import { languageOf } from '../../src/domain/text/language.js';
import { splitAttached } from '../../src/domain/assets/attached-images.js';
import { languageTold } from './languages.js';
import type { Dimension } from './theme/types.js';

/** A prompt taken apart: the user's own words and what the product chose with them. */
export interface AskedFor {
  request: string;
  /** Language of the answer: that of the user's own words, else the one that `system` names. */
  language: Language;
  styleId: string | null;
  dimension: Dimension | null;
  /** The words are error reports of a running game, to be repaired. */
  isRepair: boolean;
  /** Codes of findings to be repaired. */
  found: string[];
  /** Files of images that will lie beside the page. */
  images: string[];
  /** Files of the player's own images, which lie beside it already. */
  attached: string[];
}

const DIMENSION_LINE = /^Dimension:\s*(2d|3d)\s*$/im;
const STYLE_LINE = /^ID:\s*([a-z0-9_]+)\s*$/im;
/** A style block: from its "=== … ===" header to the next blank line. */
const STYLE_BLOCK = /^===.*(?:\n(?!\s*$).*)*/gm;
/** A change whose words point to the chat comes with what they mean. */
const MEANING_LINE = /^Meaning, with the chat before it: (.+)$/m;
/** A numbered finding of a play. */
const FINDING = /^\d+\. \[([a-z-]+)\] /gm;
/** A file in the block of images that are being drawn. */
const IMAGE = /(?<=^=== Images ===\n(?:.*\n)?.*)\bimages\/[a-z0-9-]+\.webp/gm;
/** A file in the block of attached images. */
const ATTACHED = /^\d+\. (images\/[a-z0-9-]+\.webp) \(\d+ x \d+ pixels\)/gm;
const REPAIR_NOTE = /^The errors above happened while the game was running\..*$/m;

/** Reads a generation prompt: everything but the known lines and the style block is the request. */
export function readPrompt(prompt: string, system = ''): AskedFor {
  const dimension = DIMENSION_LINE.exec(prompt)?.[1]?.toLowerCase();
  const meaning = MEANING_LINE.exec(prompt)?.[1];
  const request = splitAttached(prompt)
    .words.replace(STYLE_BLOCK, '')
    .replace(MEANING_LINE, '')
    .replace(DIMENSION_LINE, '')
    .replace(STYLE_LINE, '')
    .replace(REPAIR_NOTE, '')
    .trim();
  const isRepair = REPAIR_NOTE.test(prompt);
  const found = [...prompt.matchAll(FINDING)].map(([, code = '']) => code);
  const own = isRepair || found.length > 0 ? null : languageOf(request);
  return {
    request: meaning ?? request,
    language: own ?? languageTold(system) ?? 'ja',
    styleId: STYLE_LINE.exec(prompt)?.[1] ?? null,
    dimension: dimension === '2d' || dimension === '3d' ? dimension : null,
    isRepair,
    images: prompt.match(IMAGE) ?? [],
    attached: [...prompt.matchAll(ATTACHED)].map(([, file = '']) => file),
    found,
  };
}
