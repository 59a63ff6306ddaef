/** Renaming and deleting a game: both end only when the server has answered. */
import { text } from '../texts/index.js';
import { confirmDialog } from '../ui/dialog.js';

/** @typedef {import('../types.js').ProjectSummary} ProjectSummary */
/** @typedef {import('../net/requests.ts').Requests} Requests */

const NAME_MAX_CHARS = 50;

/**
 * @param {Requests} requests @param {ProjectSummary} project @returns {Promise<boolean>} whether
 * the name changed
 */
export async function renameProject(requests, project) {
  let changed = false;
  await confirmDialog({
    iconName: 'edit',
    title: text.rename,
    action: text.renameAction,
    field: {
      label: text.newName,
      input: { id: 'renameInput', maxlength: NAME_MAX_CHARS, value: project.name },
    },
    run: async (name) => {
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
