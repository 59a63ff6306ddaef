import { anyOf } from './any-of.js';

/** Games that everybody knows: a wish may name one, what is made has a name of its own. */
export const KNOWN_GAMES = anyOf(
  /テトリス|マリオ|ポケモン|パックマン|フラッピー|2048/,
  /tetris|mario|pok[eé]mon|pac-?man|flappy|space invaders/,
);
