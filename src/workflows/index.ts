/** Every export is a workflow type; helpers live in files of their own. */
export { collectGarbage } from './collect-garbage.js';
export { deleteProject } from './delete-project.js';
export { generateGame } from './generate-game.js';
export { generatePublishInfo } from './generate-publish-info.js';
export { hydrateProject } from './hydrate-project.js';
export { jobStream } from './job-stream.js';
export { nameProject } from './name-project.js';
export { publishGame } from './publish-game.js';
export { reconcileJobs } from './reconcile-jobs.js';
export { replicateAll } from './replicate-all.js';
export { replicateProject } from './replicate-project.js';
export { restoreVersion } from './restore-version.js';
export { unpublishGame } from './unpublish-game.js';
export { watchCalls } from './watch-calls.js';
export { watchModal } from './watch-modal.js';
export { watchSpending } from './watch-spending.js';
export { watchVolumes } from './watch-volumes.js';
