/** A published game in a grid. */
import { cardImage, projectThumb } from '../list/thumb.js';
import { text } from '../texts/index.js';
import { h } from '../ui/dom.js';
import { icon } from '../ui/icons.js';
import { queryOf } from './walk.js';

/**
 * Leads to the reel, which goes on from this game as the grid does.
 * @param {import('../types.js').GameCard} game @param {import('./walk.js').Wish} wish
 */
export function gameCard(game, wish) {
  const title = game.title || text.playNoTitle;
  return h(
    'article',
    { class: 'project-card', 'data-id': game.id },
    projectThumb(game.id, title, cardImage(game.thumbnailUrl)),
    h(
      'div',
      { class: 'game-body' },
      h(
        'h2',
        { class: 'project-name' },
        h(
          'a',
          { class: 'project-link', href: `/zap/${game.id}${queryOf(wish)}` },
          h('span', { class: 'project-title-lines' }, title),
        ),
      ),
      h('p', { class: 'game-by' }, text.playBy(game.creator ?? text.playNobody)),
      h(
        'p',
        { class: 'game-counts' },
        h('span', {}, icon('play', 14), text.playCount(game.playCount)),
        h(
          'span',
          {},
          h('span', { 'aria-hidden': 'true' }, '♥'),
          h('span', { class: 'visually-hidden' }, text.playLike),
          String(game.likeCount),
        ),
      ),
    ),
  );
}
