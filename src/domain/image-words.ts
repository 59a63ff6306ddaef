import { note, type NoteCode } from '../contracts/notes.js';
import type { Language } from '../contracts/language.js';

interface Counted {
  missing: number;
  total: number;
}

/** What a player is told of sprites that were not there in time; null = all were. */
export const missingSpritesSentence = (counted: Counted, language: Language): string | null =>
  missingNote('SPRITES_MISSING', counted, language);

/** What a player is told of own images that are not in the game; null = all are. */
export const unusableImagesSentence = (counted: Counted, language: Language): string | null =>
  missingNote('IMAGES_UNUSABLE', counted, language);

function missingNote(
  code: NoteCode,
  { missing, total }: Counted,
  language: Language,
): string | null {
  return missing === 0
    ? null
    : note(code, { missing: String(missing), total: String(total) }, language);
}
