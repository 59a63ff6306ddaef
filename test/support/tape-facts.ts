import type { TapeFacts } from '../../src/contracts/game/tape.js';

/** Of a life in which nothing was seen. */
export const NO_FACTS: TapeFacts = {
  moments: 0,
  series: {},
  names: [],
  phases: [],
  words: [],
  isOver: false,
  isWon: false,
  score: null,
  stopped: null,
};
