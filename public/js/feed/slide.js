/**
 * One game of the reel: its image until it is played, the game behind it, what one does with it.
 * The game is loaded ahead, hidden and silent; browsers draw no hidden frame, so it waits.
 */
import { projectThumb } from '../list/thumb.js';
import { text } from '../texts/index.js';
import { buttonOf, h } from '../ui/dom.js';
import { icon } from '../ui/icons.js';
import { later } from '../ui/later.js';
import { fillOnFirstTouch } from './full-screen.js';
import { wireLike } from './like.js';
import { countPlay, gameFrame, keysButton } from './play-game.js';
import { wireRemix } from './remix.js';

/** @typedef {import('../types.js').GameCard} GameCard */
/** @typedef {import('../net/session.js').Session} Session */

/** Longer than a browser needs to draw once. */
const FOCUS_MS = 100;

export class Slide {
  /** @type {HTMLIFrameElement | null} */
  #frame = null;
  #stage = h('div', { class: 'slide-stage' });
  #keys = keysButton(() => this.#frame);
  #start = h('button', { type: 'button', class: 'slide-start' }, icon('play', 40));

  /** @param {GameCard} game @param {Session | null} session */
  constructor(game, session) {
    this.game = game;
    this.title = game.title || text.playNoTitle;
    this.#start.setAttribute('aria-label', text.mypagePlay(this.title));
    this.#start.addEventListener('click', () => this.#play(session));
    const cover = projectThumb(game.id, this.title, game.thumbnailUrl);
    cover.classList.add('slide-cover');
    this.#stage.append(cover, this.#start);
    const likeButton = railButton(h('span', { 'aria-hidden': 'true' }, '♥'), '');
    likeButton.classList.add('slide-like');
    likeButton.querySelector('.rail-label')?.setAttribute('data-count', '');
    const remixButton = railButton(icon('rotate', 22), text.playRemix);
    remixButton.classList.add('slide-remix');
    this.element = h(
      'article',
      { class: 'slide', 'data-id': game.id, 'aria-label': this.title },
      this.#stage,
      h(
        'div',
        { class: 'slide-strip' },
        about(game, this.title),
        h(
          'div',
          { class: 'slide-rail' },
          likeButton,
          remixButton,
          shareButton(game, session),
          infoButton(game),
        ),
      ),
    );
    this.like = wireLike(likeButton, game, session);
    this.remix = wireRemix(remixButton, game, session);
  }

  /**
   * Loads the game behind its image; `loaded` is called once it is there, at once if it is on its
   * way.
   * @param {() => void} loaded
   */
  load(loaded) {
    if (this.#frame) return loaded();
    const frame = gameFrame(this.game.playUrl, { mayBegin: false });
    frame.setAttribute('tabindex', '-1');
    frame.addEventListener('load', loaded, { once: true });
    this.#frame = frame;
    this.#stage.prepend(frame);
    fillOnFirstTouch(this.#stage, frame);
  }

  /** Ends the game; its image is back. */
  unload() {
    this.#frame?.remove();
    this.#keys.remove();
    this.#frame = null;
    this.element.classList.remove('is-playing');
  }

  /** Only the game that is seen is reached by keyboard. @param {boolean} isCurrent */
  setCurrent(isCurrent) {
    this.element.inert = !isCurrent;
  }

  /** @param {Session | null} session */
  #play(session) {
    this.load(() => {});
    this.element.classList.add('is-playing');
    this.#stage.prepend(this.#keys);
    this.#frame?.removeAttribute('tabindex');
    // The button goes out of sight, and browsers take the focus from it only then.
    setTimeout(() => this.#frame?.focus(), FOCUS_MS);
    countPlay(this.game, session);
  }
}

/** @param {GameCard} game @param {string} title */
function about(game, title) {
  return h(
    'div',
    { class: 'slide-about' },
    h('h2', { class: 'slide-title' }, title),
    h(
      'p',
      { class: 'slide-by' },
      text.playBy(game.creator ?? text.playNobody),
      ' · ',
      text.playCount(game.playCount),
    ),
    game.description !== '' && h('p', { class: 'slide-words' }, game.description),
  );
}

/**
 * @param {import('../ui/dom.js').Child} sign @param {string} label @param {() => void} [onclick]
 */
function railButton(sign, label, onclick = () => {}) {
  return buttonOf('rail-action', [sign, h('span', { class: 'rail-label' }, label)], onclick);
}

/** @param {GameCard} game @param {Session | null} session */
function shareButton(game, session) {
  const open = later(
    () => import('../share/sheet.js'),
    ({ openShareSheet }) => openShareSheet({ game, session, title: text.playShare }),
  );
  return railButton(icon('share', 22), text.playShare, open);
}

/** @param {GameCard} game */
function infoButton(game) {
  const open = later(
    () => import('./info.js'),
    ({ openInfo }) => openInfo(game),
  );
  return railButton(h('span', { 'aria-hidden': 'true' }, 'ⓘ'), text.playAbout, open);
}
