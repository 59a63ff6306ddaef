/** The way back to the game that was left in order to make one. */
import { gameLeft, gameToReturnTo } from '../net/return-to.ts';
import { text } from '../texts/index.js';
import { buttonOf, h } from '../ui/dom.js';
import { icon } from '../ui/icons.js';

/** Who came from a game to make one finds the way back to it. */
export function showWayBack() {
  const game = gameToReturnTo();
  if (!game) return;
  const bar = h(
    'aside',
    { class: 'way-back', 'aria-label': text.leftGame },
    h(
      'a',
      { class: 'button compact', href: game.url, onclick: gameLeft.drop },
      icon('back', 18),
      h('span', {}, text.backToGame(game.title)),
    ),
    buttonOf({ class: 'icon-button', 'aria-label': text.close }, icon('close', 18), () => {
      gameLeft.drop();
      bar.remove();
    }),
  );
  document.body.append(bar);
}
