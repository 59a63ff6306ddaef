/** The grid of games: filters with counters, search, cards, and the states without cards. */
import { text } from '../texts/index.js';
import { byId, h } from '../ui/dom.js';
import { icon } from '../ui/icons.js';
import { projectCard } from './card.js';

/** @typedef {import('../types.js').ProjectSummary} ProjectSummary */
/** @typedef {'all' | 'public' | 'draft'} Filter */

const SKELETON_CARDS = 3;
/** Fewer games are found faster by looking. */
const SEARCH_FROM_PROJECTS = 9;

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
  /** @type {ProjectSummary[] | null} */
  #projects = null;
  /** @type {Filter} */
  #filter = 'all';

  /**
   * @param {{ onRetry: () => void, onRename: (project: ProjectSummary) => void, onRemove: (project:
   * ProjectSummary) => void }} actions
   */
  constructor(actions) {
    this.actions = actions;
    this.#tabs.append(
      ...FILTERS.map(({ id, label }) =>
        h(
          'button',
          {
            type: 'button',
            class: 'filter',
            'data-filter': id,
            'aria-pressed': id === 'all',
            onclick: () => this.#choose(id),
          },
          h('span', { class: 'filter-count' }, '0'),
          h('span', { class: 'filter-label' }, label),
        ),
      ),
      h('span', { class: 'filter-slider', 'aria-hidden': 'true' }),
    );
    this.#search.addEventListener('input', () => this.#draw());
    this.showLoading();
  }

  get hasData() {
    return this.#projects !== null;
  }

  showLoading() {
    this.#grid.setAttribute('aria-busy', 'true');
    this.#grid.replaceChildren(
      ...Array.from({ length: SKELETON_CARDS }, () =>
        h(
          'div',
          { class: 'project-skeleton', 'aria-hidden': 'true' },
          h('div', { class: 'skeleton-thumb' }),
          h('div', { class: 'skeleton-line' }),
          h('div', { class: 'skeleton-line short' }),
        ),
      ),
      h('span', { class: 'visually-hidden' }, text.loading),
    );
  }

  /** @param {ProjectSummary[]} projects */
  show(projects) {
    this.#projects = projects;
    this.#grid.setAttribute('aria-busy', 'false');
    for (const { id, admits } of FILTERS) {
      const count = this.#tabs.querySelector(`[data-filter="${id}"] .filter-count`);
      if (count) count.textContent = String(projects.filter(admits).length);
    }
    this.#searchField.hidden = projects.length < SEARCH_FROM_PROJECTS;
    this.#draw();
  }

  /** A list that is on screen stays there while the connection comes back. */
  showFailureUnlessFilled() {
    if (this.#projects) return;
    this.#grid.setAttribute('aria-busy', 'false');
    this.#grid.replaceChildren(
      h(
        'div',
        { class: 'list-state', role: 'alert' },
        icon('alert', 32),
        h('p', { class: 'list-state-title' }, text.listFailed),
        h('p', {}, text.listFailedHint),
        h('button', { type: 'button', class: 'button', onclick: this.actions.onRetry }, text.retry),
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
    this.#draw();
  }

  #draw() {
    if (!this.#projects) return;
    const filter = FILTERS.find(({ id }) => id === this.#filter) ?? FILTERS[0];
    const wanted = this.#searchField.hidden ? '' : this.#search.value.trim().toLowerCase();
    const shown = this.#projects.filter(
      (project) => filter?.admits(project) && project.name.toLowerCase().includes(wanted),
    );
    if (shown.length > 0)
      this.#grid.replaceChildren(...shown.map((project) => projectCard(project, this.actions)));
    else
      this.#grid.replaceChildren(
        emptyState(
          wanted === '' ? (filter?.empty ?? '') : text.listNoMatch,
          this.#projects.length === 0,
        ),
      );
  }
}

/** @param {string} message @param {boolean} first nothing was ever made: say how to begin */
function emptyState(message, first) {
  return h(
    'div',
    { class: 'list-state project-empty' },
    icon('monitor', 40),
    h('p', { class: 'list-state-title' }, message),
    first && h('p', {}, text.listEmptyHint),
  );
}
