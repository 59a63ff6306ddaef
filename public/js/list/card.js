/** One game of the list. */
import { readStoredSession } from '../net/session-cache.js';
import { text } from '../texts/index.js';
import { day } from '../ui/clock.js';
import { buttonOf, h } from '../ui/dom.js';
import { icon } from '../ui/icons.js';
import { cardImage, projectThumb, ownImage } from './thumb.js';

/** @typedef {import('../types.js').ProjectSummary} ProjectSummary */

/**
 * @param {ProjectSummary} project
 * @param {{ onRename: (project: ProjectSummary) => void, onRemove: (project: ProjectSummary) =>
 * void }} actions
 */
export function projectCard(project, { onRename, onRemove }) {
  const name = project.name || text.undefinedName;
  return h(
    'article',
    { class: 'project-card', 'data-id': project.id },
    thumbnail(project, name),
    publicationBadge(project),
    h(
      'div',
      { class: 'project-body' },
      h(
        'h2',
        { class: 'project-name' },
        h(
          'a',
          { class: 'project-link', href: `/project/${project.id}` },
          h('span', { class: 'project-title-lines' }, name),
        ),
      ),
      h('p', { class: 'project-date' }, text.updatedOn(day(project.updatedAt))),
    ),
    h(
      'div',
      { class: 'project-actions' },
      buttonOf(
        { class: 'icon-button', title: text.rename, 'aria-label': text.renameOf(name) },
        icon('edit', 18),
        () => onRename(project),
      ),
      buttonOf(
        { class: 'icon-button', title: text.remove, 'aria-label': text.removeOf(name) },
        icon('trash', 18),
        () => onRemove(project),
      ),
    ),
  );
}

/**
 * Who may play it, and whether they play the newest version; nothing for a draft.
 * @param {ProjectSummary} project
 */
function publicationBadge({ isPublic, publication }) {
  const visibility = publication?.visibility ?? (isPublic ? 'public' : null);
  if (visibility === null) return null;
  if (publication?.isTakenDown)
    return h('span', { class: 'public-badge is-other' }, icon('alert', 14), text.takenDownBadge);
  const states = {
    public: text.publicBadge,
    unlisted: text.publicationUnlisted,
    private: text.publicationPrivate,
  };
  const isNewest = publication?.isNewest ?? true;
  const said = states[visibility];
  return h(
    'span',
    { class: `public-badge${isNewest && visibility === 'public' ? '' : ' is-other'}` },
    icon(isNewest ? 'check' : 'clock', 14),
    isNewest || visibility === 'private' ? said : text.publicationOlder(said),
  );
}

/** @param {ProjectSummary} project @param {string} name */
function thumbnail(project, name) {
  const url = ownImage(cardImage(project.imageUrl ?? null), readStoredSession()?.access_token);
  return projectThumb(project.id, name, url, text.screenshotOf(name));
}
