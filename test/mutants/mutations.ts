import { DATABASE_MUTATIONS } from './database.js';
import { GAME_PAGE_MUTATIONS } from './game-page.js';
import { GUEST_MUTATIONS } from './guests.js';
import type { Mutation } from './mutation.js';
import { PLAY_MUTATIONS } from './playing.js';
import { SEARCH_MUTATIONS } from './searching.js';
import { FILE_MUTATIONS, STREAM_MUTATIONS } from './streams-and-files.js';
import { SURVIVORS } from './survivors.js';
import { VERSION_MUTATIONS } from './versions.js';
import { WORKFLOW_MUTATIONS } from './workflows.js';

/** All mutations, by rule. */
export const MUTATIONS: readonly Mutation[] = [
  ...WORKFLOW_MUTATIONS,
  ...DATABASE_MUTATIONS,
  ...GUEST_MUTATIONS,
  ...STREAM_MUTATIONS,
  ...FILE_MUTATIONS,
  ...VERSION_MUTATIONS,
  ...PLAY_MUTATIONS,
  ...SEARCH_MUTATIONS,
  ...GAME_PAGE_MUTATIONS,
  ...SURVIVORS,
].sort((left, right) => left.rule.localeCompare(right.rule));
