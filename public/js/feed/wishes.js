/** What a guest signed in for, done when he is back. */
import { wishedLike, wishedRemix } from '../net/return-to.ts';

/**
 * @param {import('../types.js').GameCard} game that he comes back to
 * @param {{ like: () => Promise<void>, remix: (() => Promise<void>) | null }} presses
 */
export function fulfilWishes(game, { like, remix }) {
  if (wishedLike.take() === game.id && !game.liked) void like();
  if (wishedRemix.take() === game.id && remix) void remix();
}
