/** The shelf of own games: a row that snaps to the middle, where a case is shown in full size. */
import { projectThumb, ownImage } from '../list/thumb.js';
import { text } from '../texts/index.js';
import { buttonOf, byId, h, prefersStillness } from '../ui/dom.js';
import { icon } from '../ui/icons.js';
import { listFailure } from '../ui/list-state.js';
import { startGame } from './game-start.js';

/** @typedef {import('../types.js').ProjectSummary} ProjectSummary */

/** The shelf always has room for more. */
const FREE_SLOTS_MIN = 3;
const SLOTS_MIN = 6;
const SKELETONS = 3;
/** How much smaller and paler a case is that lies a whole case away from the middle. */
const SHRINK = 0.15;
const FADE = 0.4;

export class Carousel {
  #shelf = byId('collection', HTMLDivElement);
  #arrows = [byId('backwardButton', HTMLButtonElement), byId('forwardButton', HTMLButtonElement)];
  #isDrawing = false;
  /** @type {(() => void) | null} */
  #onEnd = null;

  constructor() {
    this.#shelf.addEventListener('scroll', () => this.#drawSoon(), { passive: true });
    window.addEventListener('resize', () => this.#drawSoon());
    const [backward, forward] = this.#arrows;
    backward?.addEventListener('click', () => this.#move(-1));
    forward?.addEventListener('click', () => this.#move(1));
    this.showLoading();
  }

  showLoading() {
    this.#shelf.setAttribute('aria-busy', 'true');
    this.#fill(
      Array.from({ length: SKELETONS }, () =>
        h(
          'div',
          { class: 'case case-skeleton', 'aria-hidden': 'true' },
          h('div', { class: 'case-box' }),
        ),
      ),
    );
  }

  /** @param {ProjectSummary[]} projects @param {string} token with which their images are loaded */
  show(projects, token) {
    const free = Math.max(FREE_SLOTS_MIN, SLOTS_MIN - projects.length);
    this.#fill([
      h(
        'ul',
        { class: 'case-row' },
        projects.map((project) => gameCase(project, token)),
        Array.from({ length: free }, freeSlot),
      ),
    ]);
    this.#shelf.setAttribute('aria-busy', 'false');
  }

  /** Games behind those that are there. @param {ProjectSummary[]} projects @param {string} token */
  append(projects, token) {
    const free = this.#shelf.querySelector('.case-free');
    free?.before(...projects.map((project) => gameCase(project, token)));
    this.#drawSoon();
  }

  /** Called once, when the end of the shelf is near. @param {() => void} onEnd */
  atEnd(onEnd) {
    this.#onEnd = onEnd;
    this.#drawSoon();
  }

  /** @param {() => void} onRetry */
  showFailure(onRetry) {
    this.#fill([listFailure(text.mypageFailed, buttonOf('button compact', text.retry, onRetry))]);
    this.#shelf.setAttribute('aria-busy', 'false');
  }

  /** @param {HTMLElement[]} content */
  #fill(content) {
    this.#shelf.replaceChildren(...content);
    this.#shelf.scrollLeft = 0;
    this.#drawSoon();
  }

  /** @param {1 | -1} direction */
  #move(direction) {
    const width = this.#cases()[0]?.offsetWidth ?? 0;
    this.#shelf.scrollBy({
      left: direction * (width + 16),
      behavior: prefersStillness() ? 'auto' : 'smooth',
    });
  }

  #drawSoon() {
    if (this.#isDrawing) return;
    this.#isDrawing = true;
    requestAnimationFrame(() => {
      this.#isDrawing = false;
      this.#draw();
    });
  }

  #draw() {
    const shelf = this.#shelf;
    const middle = shelf.scrollLeft + shelf.clientWidth / 2;
    for (const box of this.#cases()) {
      const away = Math.min(
        1,
        Math.abs(box.offsetLeft + box.offsetWidth / 2 - middle) / box.offsetWidth,
      );
      box.style.setProperty('--scale', String(1 - SHRINK * away));
      box.style.setProperty('--opacity', String(1 - FADE * away));
    }
    const onEnd = this.#onEnd;
    if (onEnd && shelf.scrollLeft + 2 * shelf.clientWidth > shelf.scrollWidth) {
      this.#onEnd = null;
      onEnd();
    }
    const [backward, forward] = this.#arrows;
    const overflows =
      shelf.scrollWidth > shelf.clientWidth + 1 &&
      this.#cases().length > 0 &&
      shelf.getAttribute('aria-busy') !== 'true';
    if (backward) backward.hidden = !overflows || shelf.scrollLeft < 8;
    if (forward)
      forward.hidden = !overflows || shelf.scrollLeft > shelf.scrollWidth - shelf.clientWidth - 8;
  }

  #cases() {
    return /** @type {HTMLElement[]} */ ([...this.#shelf.querySelectorAll('.case')]);
  }
}

/** @param {ProjectSummary} project @param {string} token */
function gameCase(project, token) {
  const name = project.name || text.undefinedName;
  const href = `/play/${project.id}`;
  const url = ownImage(project.imageUrl ?? null, token);
  const thumb = projectThumb(project.id, name, url, text.screenshotOf(name));
  const box = h('span', { class: 'case-box' }, thumb);
  return h(
    'li',
    { class: 'case', 'data-id': project.id },
    h(
      'a',
      {
        class: 'case-link',
        href,
        'aria-label': text.mypagePlay(name),
        onclick: (/** @type {MouseEvent} */ event) => startGame(event, box, href),
      },
      box,
      h('span', { class: 'case-name' }, name),
    ),
    project.isPublic && h('span', { class: 'public-badge' }, icon('check', 14), text.publicBadge),
    project.description && h('p', { class: 'case-description' }, project.description),
  );
}

function freeSlot() {
  return h(
    'li',
    { class: 'case case-free' },
    h(
      'a',
      { class: 'case-link', href: '/create' },
      h(
        'span',
        { class: 'case-box' },
        h('span', { class: 'case-plus' }, icon('plus', 28)),
        h('span', {}, text.mypageSlot),
      ),
    ),
  );
}
