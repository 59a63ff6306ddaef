/** What a guest signed in for, done when he is back. */
import { takeWishedLike, takeWishedRemix } from '../net/return-to.js';

/**
 * @param {import('../types.js').GameCard} game that he comes back to
 * @param {{ like: () => Promise<void>, remix: (() => Promise<void>) | null }} presses
 */
export function fulfilWishes(game, { like, remix }) {
  if (takeWishedLike() === game.id && !game.liked) void like();
  if (takeWishedRemix() === game.id && remix) void remix();
}
