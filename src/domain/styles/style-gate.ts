import type { StyleOption } from '../../contracts/game/look.js';
import type { SelectedStyle } from '../../contracts/wire/frames.js';
import type { Dimension } from '../../contracts/base/ids.js';
import { styleOptions } from './styles.js';

/** V2's words, and English ones: it knew no other than "create". */
const ASKS_FOR_GAME = /作って|作成|create|ゲーム|\b(?:make|build|games?)\b/i;
const MENTIONS_3D = /[3３]d/i;
const MENTIONS_2D = /[2２]d/i;

/** The dimension a text names; 3D wins when both are named; null when neither is. */
export function mentionedDimension(text: string): Dimension | null {
  if (MENTIONS_3D.test(text)) return '3d';
  return MENTIONS_2D.test(text) ? '2d' : null;
}

export interface StyleGateInput {
  content: string;
  isNewProject: boolean;
  skipStyleSelection?: boolean | undefined;
  selectedStyle?: SelectedStyle | undefined;
}

/**
 * Decides whether the player is asked for a visual style before anything starts (websocket.md
 * §3.1). Pure: stores nothing and starts nothing (A2). Null = go on.
 */
export function evaluateStyleGate(
  input: StyleGateInput,
): { dimension: Dimension; styles: StyleOption[] } | null {
  if (input.skipStyleSelection || input.selectedStyle || !input.isNewProject) return null;
  if (!ASKS_FOR_GAME.test(input.content)) return null;
  const dimension = mentionedDimension(input.content);
  return dimension ? { dimension, styles: styleOptions(dimension) } : null;
}
