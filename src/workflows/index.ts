/** Every export is a workflow type; helpers stay in their files. */
export { admitQueued } from './admit-queued.js';
export { deleteAccount } from './delete/delete-account.js';
export { deleteProject } from './delete/delete-project.js';
export { adoptGuest, adoptProject, removeGuests } from './delete/guests.js';
export { nameProject } from './game/after-publishing.js';
export { generateGame } from './game/generate-game.js';
export { generateImage, generateThumbnail, removeBackground } from './images.js';
export { jobStream } from './job-stream.js';
export { generatePublishInfo, publishGame, unpublishGame } from './publishing.js';
export { pushGameEvents, pushJobEnd } from './pushing.js';
export { remixGame } from './remix-game.js';
export { rerunJob } from './rerun-job.js';
export { renderVideo } from './render-video.js';
export { replicateAll, replicateProject } from './replication.js';
export { restoreVersion } from './restore-version.js';
export { searchGame } from './search-game.js';
export { tuneGame } from './tune-game.js';
export {
  collectGarbage,
  watchCalls,
  watchModal,
  watchSpending,
  watchVolumes,
} from './scheduled.js';
