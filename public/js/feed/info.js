/** The maker's description of a game. */
import { text } from '../texts/index.js';
import { dialogHeader, openDialog } from '../ui/dialog.js';
import { h } from '../ui/dom.js';

/** @typedef {import('../types.js').GameCard} GameCard */

/** @param {GameCard} game */
export function openInfo(game) {
  openDialog({
    className: 'work-dialog play-info',
    title: game.title || text.playNoTitle,
    content: (close) => [
      dialogHeader(close),
      h(
        'div',
        { class: 'dialog-body' },
        h(
          'p',
          { class: 'play-by' },
          text.playBy(game.creator ?? text.playNobody),
          ' · ',
          text.playCount(game.playCount),
        ),
        game.remixOf &&
          h(
            'p',
            { class: 'play-by' },
            h(
              'a',
              { href: `/game.html?id=${game.remixOf.id}` },
              text.remixOf(game.remixOf.title, game.remixOf.creator ?? text.playNobody),
            ),
          ),
        h('p', { class: 'play-words' }, game.description || text.playNoDescription),
        game.howToPlay && [
          h('h3', {}, text.publishHowToPlay),
          h('p', { class: 'play-words' }, game.howToPlay),
        ],
        h(
          'ul',
          { class: 'play-tags' },
          game.tags.map((tag) => h('li', {}, tag)),
        ),
      ),
    ],
  });
}
