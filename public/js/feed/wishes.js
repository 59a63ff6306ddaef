/** What a guest signed in for, done when he is back. */
import {
  rememberThisPage,
  SIGN_IN_PAGE,
  takeWishedLike,
  takeWishedRemix,
} from '../net/return-to.js';
import { text } from '../texts/index.js';
import { confirmDialog } from '../ui/dialog.js';

/**
 * @param {import('../types.js').GameCard} game that he comes back to
 * @param {{ like: () => Promise<void>, remix: (() => Promise<void>) | null }} presses
 */
export function fulfilWishes(game, { like, remix }) {
  if (takeWishedLike() === game.id && !game.liked) void like();
  if (takeWishedRemix() === game.id && remix) void remix();
}

/**
 * What a guest wants to do here needs a sign-in: the person comes back to this page,
 * and it is done. @param {string} title @param {string[]} lines @param {() => void} wish keeps it
 */
export async function signInFirst(title, lines, wish) {
  await confirmDialog({
    iconName: 'person',
    title,
    lines: [...lines, text.signInReturns],
    action: text.signIn,
    run: async () => {
      rememberThisPage();
      wish();
      location.assign(SIGN_IN_PAGE);
    },
  });
}
