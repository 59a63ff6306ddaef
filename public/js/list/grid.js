/** The grid of games: filters with counters, search, cards, and the states without cards. */
import { text } from '../texts/index.js';
import { buttonOf, byId, h } from '../ui/dom.js';
import { icon } from '../ui/icons.js';
import { listFailure, listSkeleton, listState } from '../ui/list-state.js';
import { toast } from '../ui/toast.js';
import { projectCard } from './card.js';

/** @typedef {import('../types.js').ClientFrame} ClientFrame */
/** @typedef {import('../types.js').ProjectSummary} ProjectSummary */
/** @typedef {import('../types.js').Frame<'projectList'>} ProjectList */
/** @typedef {ProjectList['filter']} Filter */

const SKELETON_CARDS = 3;
const SEARCH_AFTER_MS = 250;
/** Fewer games are found faster by looking. */
const SEARCH_FROM_PROJECTS = 9;
/** So far below the screen the end of the list is near. */
const NEAR_END = '0px 0px 600px 0px';

/**
 * @type {{ id: Filter, label: string, empty: string, admits: (project: ProjectSummary) => boolean
 * }[]}
 */
const FILTERS = [
  { id: 'all', label: text.filterAll, empty: text.listEmpty, admits: () => true },
  {
    id: 'public',
    label: text.filterPublic,
    empty: text.listEmptyPublic,
    admits: (project) => project.isPublic,
  },
  {
    id: 'draft',
    label: text.filterDraft,
    empty: text.listEmptyDraft,
    admits: (project) => !project.isPublic,
  },
];

export class ProjectGrid {
  #grid = byId('projectGrid', HTMLDivElement);
  #tabs = byId('projectFilters', HTMLDivElement);
  #search = byId('projectSearch', HTMLInputElement);
  #searchField = byId('projectSearchField', HTMLLabelElement);
  /** What came of the list so far: all of it, or pages of what is looked for. */
  #projects = /** @type {ProjectSummary[] | null} */ (null);
  #isWhole = true;
  #next = /** @type {string | null} */ (null);
  #counts = { all: 0, public: 0 };
  /** @type {Filter} */
  #filter = 'all';
  #asked = '';
  /** @type {number | undefined} */
  #searchTimer;
  #nearEnd = new IntersectionObserver(
    (entries) => {
      const more = entries.find(({ isIntersecting }) => isIntersecting)?.target;
      if (!(more instanceof HTMLElement)) return;
      this.#nearEnd.disconnect();
      more.click();
    },
    { rootMargin: NEAR_END },
  );
  #told = h('p', { class: 'visually-hidden', role: 'status' });

  /**
   * @param {{ onRetry: () => void, onAsk: (frame: ClientFrame) => boolean, onRename: (project:
   * ProjectSummary) => void, onRemove: (project: ProjectSummary) => void }} actions
   */
  constructor(actions) {
    this.actions = actions;
    this.#tabs.append(
      ...FILTERS.map(({ id, label }) =>
        buttonOf(
          { class: 'filter', 'data-filter': id, 'aria-pressed': id === 'all' },
          [h('span', { class: 'filter-count' }, '–'), h('span', { class: 'filter-label' }, label)],
          () => this.#choose(id),
        ),
      ),
      h('span', { class: 'filter-slider', 'aria-hidden': 'true' }),
    );
    this.#grid.after(this.#told);
    this.#search.addEventListener('input', () => this.#lookFor(SEARCH_AFTER_MS));
    this.showLoading();
  }

  get hasData() {
    return this.#projects !== null;
  }

  showLoading() {
    this.#grid.setAttribute('aria-busy', 'true');
    this.#grid.replaceChildren(...listSkeleton(SKELETON_CARDS));
  }

  /** The first page, of everything. @param {import('../types.js').Frame<'init'>} frame */
  show({ projects, next = null, counts }) {
    this.#projects = projects;
    this.#next = next;
    this.#isWhole = next === null;
    const isOut = projects.filter(({ isPublic }) => isPublic).length;
    this.#counts = counts ?? { all: projects.length, public: isOut };
    this.#showCounts();
    if (!this.#isWhole && (this.#filter !== 'all' || this.#wanted !== '')) this.#ask(null);
    else this.#draw();
  }

  /** A page, if it is what is looked for now. @param {ProjectList} page */
  take({ projects, next, counts, filter, query, after }) {
    if (this.#asked !== JSON.stringify([filter, query, after])) return;
    this.#asked = '';
    const isMore = after !== null && this.#projects !== null;
    this.#projects = isMore ? [...(this.#projects ?? []), ...projects] : projects;
    this.#next = next;
    this.#counts = counts;
    this.#showCounts();
    if (isMore) this.#append(projects);
    else this.#draw();
  }

  /** A page that was asked for does not come: what is shown stays, and is asked for again. */
  refused() {
    if (this.#asked === '') return;
    this.#asked = '';
    this.#grid.querySelector('.list-more')?.removeAttribute('aria-busy');
    toast(text.listFailed, { kind: 'error' });
  }

  /** @param {{ id: string, name: string, updatedAt: string } | null} project */
  renamed(project) {
    const known = this.#projects?.find(({ id }) => id === project?.id);
    if (!known || !project) return;
    known.name = project.name;
    known.updatedAt = project.updatedAt;
    this.#draw();
  }

  /** @param {string} id */
  removed(id) {
    const gone = this.#projects?.find((project) => project.id === id);
    if (!gone || !this.#projects) return;
    this.#projects = this.#projects.filter((project) => project !== gone);
    this.#counts.all -= 1;
    if (gone.isPublic) this.#counts.public -= 1;
    this.#showCounts();
    this.#draw();
  }

  #showCounts() {
    this.#grid.setAttribute('aria-busy', 'false');
    const { all, public: isOut } = this.#counts;
    for (const [id, number] of Object.entries({ all, public: isOut, draft: all - isOut })) {
      const count = this.#tabs.querySelector(`[data-filter="${id}"] .filter-count`);
      if (count) count.textContent = String(number);
    }
    this.#searchField.hidden = all < SEARCH_FROM_PROJECTS;
  }

  /** A list that is on screen stays there while the connection comes back. */
  showFailureUnlessFilled() {
    if (this.#projects) return;
    this.#grid.setAttribute('aria-busy', 'false');
    this.#grid.replaceChildren(
      listFailure(
        text.listFailed,
        h('p', {}, text.listFailedHint),
        buttonOf('button', text.retry, this.actions.onRetry),
      ),
    );
  }

  /**
   * Gives the focus back to a card that was drawn anew, or to the list when the card is gone.
   * @param {string} id
   */
  focus(id) {
    const card = this.#grid.querySelector(
      `.project-card[data-id="${CSS.escape(id)}"] .project-link`,
    );
    if (card instanceof HTMLElement) card.focus();
    else byId('projects', HTMLElement).focus();
  }

  /** @param {Filter} filter */
  #choose(filter) {
    this.#filter = filter;
    const index = FILTERS.findIndex(({ id }) => id === filter);
    this.#tabs.dataset['active'] = String(index);
    for (const tab of this.#tabs.querySelectorAll('.filter'))
      tab.setAttribute('aria-pressed', String(tab.getAttribute('data-filter') === filter));
    this.#lookFor(0);
  }

  get #wanted() {
    return this.#searchField.hidden ? '' : this.#search.value.trim();
  }

  /** Here, when all of the list is here; else the server looks. @param {number} afterMs */
  #lookFor(afterMs) {
    if (this.#isWhole) return this.#draw();
    window.clearTimeout(this.#searchTimer);
    this.#searchTimer = window.setTimeout(() => this.#ask(null), afterMs);
  }

  /** @param {string | null} after */
  #ask(after) {
    const [filter, query] = [this.#filter, this.#wanted];
    this.#asked = JSON.stringify([filter, query, after]);
    const rest = after === null ? {} : { after };
    if (!this.actions.onAsk({ type: 'listProjects', filter, query, ...rest })) this.#asked = '';
  }

  #draw() {
    if (!this.#projects) return;
    const filter = FILTERS.find(({ id }) => id === this.#filter) ?? FILTERS[0];
    const wanted = this.#wanted.toLowerCase();
    const shown = this.#isWhole
      ? this.#projects.filter(
          (project) => filter?.admits(project) && project.name.toLowerCase().includes(wanted),
        )
      : this.#projects;
    if (shown.length > 0)
      this.#grid.replaceChildren(
        ...shown.map((project) => projectCard(project, this.actions)),
        ...this.#more(),
      );
    else
      this.#grid.replaceChildren(
        emptyState(
          wanted === '' ? (filter?.empty ?? '') : text.listNoMatch,
          this.#counts.all === 0,
        ),
      );
  }

  /** Behind those that are there, which stay as they are. @param {ProjectSummary[]} projects */
  #append(projects) {
    const more = this.#grid.querySelector('.list-more');
    const hadFocus = more !== null && more === document.activeElement;
    more?.remove();
    const cards = projects.map((project) => projectCard(project, this.actions));
    this.#grid.append(...cards, ...this.#more());
    if (hadFocus) cards[0]?.querySelector('a')?.focus({ preventScroll: true });
    this.#told.textContent = text.listShown(this.#projects?.length ?? 0, this.#counts.all);
  }

  /** Loads the next page: by its button, or once when it scrolls near. */
  #more() {
    const next = this.#next;
    this.#nearEnd.disconnect();
    if (next === null) return [];
    const more = buttonOf('button list-more', text.showMore, () => {
      more.setAttribute('aria-busy', 'true');
      this.#ask(next);
    });
    this.#nearEnd.observe(more);
    return [more];
  }
}

/** @param {string} message @param {boolean} first there never was a project: shows how to begin */
function emptyState(message, first) {
  const hint = first && h('p', {}, text.listEmptyHint);
  const state = listState(icon('phone', 40), message, hint);
  state.classList.add('project-empty');
  return state;
}
