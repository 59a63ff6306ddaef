/**
 * The strip of visual styles. Picking locks it; when nothing comes of the pick it can be used
 * again.
 */
import { styleName } from '../texts/server-words.js';
import { text } from '../texts/index.js';
import { h } from '../ui/dom.js';
import { icon } from '../ui/icons.js';
import { leaveToLog } from './bubbles.js';

/** @typedef {import('../types.js').StyleOption} StyleOption */

const SHOWN_FIRST = 10;
const SCROLL_PX = 300;

/**
 * @param {object} options
 * @param {'2d' | '3d'} options.dimension
 * @param {StyleOption[]} options.styles
 * @param {(style: StyleOption) => boolean} options.onPick false when it could not be sent
 * @param {() => boolean} options.onSkip
 */
export function stylePicker({ dimension, styles, onPick, onSkip }) {
  const strip = h('div', {
    class: 'style-strip',
    role: 'group',
    'aria-label': text.styleList,
    tabindex: -1,
  });
  const cards = styles.map((style) =>
    styleCard(dimension, style, () => {
      if (onPick(style)) lock(style.id);
    }),
  );
  const backward = scrollButton(strip, 'backward');
  const forward = scrollButton(strip, 'forward');
  const skip = h(
    'button',
    {
      type: 'button',
      class: 'button style-custom-btn-chat',
      onclick: () => {
        if (onSkip()) lock(null);
      },
    },
    text.skip,
  );
  const bubble = h(
    'div',
    { class: 'message assistant wide style-question' },
    h('p', {}, text.chooseStyle),
    h('div', { class: 'style-strip-frame' }, backward, strip, forward),
    skip,
  );
  strip.append(...cards);
  foldRest(strip, cards);
  showUsefulArrows(strip, backward, forward);

  /** @param {string | null} pickedId */
  function lock(pickedId) {
    bubble.classList.add('is-locked');
    leaveToLog(bubble);
    for (const button of [...cards, skip]) button.disabled = true;
    for (const card of cards)
      card.setAttribute('aria-pressed', String(card.dataset['styleId'] === pickedId));
  }
  function unlock() {
    bubble.classList.remove('is-locked');
    for (const button of [...cards, skip]) button.disabled = false;
    for (const card of cards) card.setAttribute('aria-pressed', 'false');
  }
  return { bubble, lock: () => lock(null), unlock };
}

/** @param {'2d' | '3d'} dimension @param {StyleOption} style @param {() => void} onclick */
function styleCard(dimension, style, onclick) {
  const { pathname: drawn } = new URL(
    `../../images/styles/${dimension}/${style.id}.svg`,
    import.meta.url,
  );
  const image = h('img', {
    src: style.imageUrl ?? drawn,
    alt: '',
    loading: 'lazy',
    width: 140,
    height: 100,
  });
  image.addEventListener('error', () => {
    if (image.getAttribute('src') === drawn) image.remove();
    else image.src = drawn;
  });
  return h(
    'button',
    {
      type: 'button',
      class: 'style-card-chat',
      'data-style-id': style.id,
      'aria-pressed': 'false',
      onclick,
    },
    h('span', { class: 'style-image' }, image),
    h('span', { class: 'style-name' }, styleName(style)),
  );
}

/** @param {HTMLElement} strip @param {HTMLButtonElement[]} cards */
function foldRest(strip, cards) {
  const rest = cards.slice(SHOWN_FIRST);
  if (rest.length === 0) return;
  for (const card of rest) card.hidden = true;
  const more = h(
    'button',
    {
      type: 'button',
      class: 'style-more-btn',
      onclick: () => {
        for (const card of rest) card.hidden = false;
        more.remove();
        rest[0]?.focus();
      },
    },
    text.moreStyles(rest.length),
  );
  strip.append(more);
}

/**
 * An arrow stands only where there is more to see. @param {HTMLElement} strip @param {HTMLElement}
 * backward @param {HTMLElement} forward
 */
function showUsefulArrows(strip, backward, forward) {
  const show = () => {
    backward.hidden = strip.scrollLeft < 8;
    forward.hidden = strip.scrollLeft + strip.clientWidth > strip.scrollWidth - 8;
  };
  strip.addEventListener('scroll', show, { passive: true });
  new ResizeObserver(show).observe(strip);
}

/** @param {HTMLElement} strip @param {'forward' | 'backward'} direction */
function scrollButton(strip, direction) {
  const sign = direction === 'forward' ? 1 : -1;
  return h(
    'button',
    {
      type: 'button',
      class: `icon-button style-scroll ${direction}`,
      tabindex: -1,
      'aria-label': direction === 'forward' ? text.stylesNext : text.stylesBack,
      onclick: () => strip.scrollBy({ left: sign * SCROLL_PX, behavior: 'smooth' }),
    },
    icon(direction, 18),
  );
}
