/** Renaming and deleting a game: both end only when the server has answered. */
import { text } from '../texts/index.js';
import { confirmDialog } from '../ui/dialog.js';
import { h, isComposing } from '../ui/dom.js';

/** @typedef {import('../types.js').ProjectSummary} ProjectSummary */
/** @typedef {import('../net/requests.ts').Requests} Requests */

const NAME_MAX_CHARS = 50;

/**
 * @param {Requests} requests @param {ProjectSummary} project @returns {Promise<boolean>} whether
 * the name changed
 */
export async function renameProject(requests, project) {
  const input = h('input', {
    id: 'renameInput',
    class: 'text-input',
    maxlength: NAME_MAX_CHARS,
    value: project.name,
    autocomplete: 'off',
    autofocus: true,
    onkeydown: (/** @type {KeyboardEvent} */ event) => {
      if (event.key === 'Enter' && isComposing(event)) event.preventDefault();
    },
  });
  let changed = false;
  await confirmDialog({
    iconName: 'edit',
    title: text.rename,
    action: text.renameAction,
    input,
    extra: h('div', { class: 'field' }, h('label', { for: 'renameInput' }, text.newName), input),
    run: async () => {
      const name = input.value.trim();
      if (name === '' || name === project.name) return;
      await requests.ask({ type: 'renameProject', projectId: project.id, name }, 'projectRenamed', {
        where: (frame) => frame.projects !== undefined,
      });
      changed = true;
    },
  });
  return changed;
}

/**
 * @param {Requests} requests @param {ProjectSummary} project @returns {Promise<boolean>} whether it
 * was deleted
 */
export function deleteProject(requests, project) {
  return confirmDialog({
    iconName: 'trash',
    title: text.removeTitle,
    lines: [text.removeQuestion(project.name), text.removeFinal],
    action: text.remove,
    run: async () => {
      await requests.ask({ type: 'deleteProject', projectId: project.id }, 'projectDeleted', {
        where: (frame) => frame.projectId === project.id,
        timeoutMs: 30_000,
      });
    },
  });
}
