import type { GameBrief } from '../../contracts/game/brief.js';
import { quoted } from '../generation/quoted.js';

/** The first words to a player, before anything is written. */
export function briefSentence({ pitch, likeness }: GameBrief): string {
  return likeness === null ? pitch : `${pitch} ${likeness}`;
}

/** The brief as a prompt block, one line per field; its words come from a model or a player. */
export function briefBlock(brief: GameBrief): string {
  const { title, genre, pitch, controls, win, lose, ends, feel, sprites, checks } = brief;
  const lines = [
    `title: ${title}`,
    `genre: ${genre}`,
    `pitch: ${pitch}`,
    `controls: ${controls}`,
    `win: ${win}`,
    ...(lose === '' ? [] : [`lose: ${lose}`]),
    ...(ends === undefined ? [] : [`ends: ${ends}`]),
    `feel: ${feel}`,
    `palette: ${Object.entries(brief.palette)
      .map(([role, hex]) => `${role} ${hex}`)
      .join(', ')}`,
    ...sprites.map(({ name, draws, fallback }) => `figure ${name}: ${draws}; drawn as ${fallback}`),
    ...checks.map((check) => `has to be true: ${check}`),
  ];
  return `=== The design of this game ===\n${quoted(lines.join('\n'))}`;
}

/** What the game was to keep true, for a change of it. */
export function checksBlock(checks: readonly string[]): string {
  return `=== True of this game so far ===\n${quoted(checks.join('\n'))}`;
}
