/**
 * What the server says in its own sentences, by their codes, in English: `src/contracts/sentences`
 * and the kinds of `src/contracts/errors`. A test holds both against this list.
 */

const BUSY = 'We are very busy. Please wait a moment and try again.';
const AI_BUSY = 'The AI is very busy. Please wait a moment and try again.';
const PREPARING = 'The data of the game is being prepared. Please wait a moment and try again.';
const AGAIN = 'That did not work. Please try again.';
const STOPPED = 'The work stopped on its way. Please try again.';
const PLACE = 'The place to work in could not be reached. Please wait a moment and try again.';
const TELL_US = 'Please tell whoever runs this service.';
const FILE =
  (/** @type {string} */ doing) =>
  (/** @type {Params} */ { file }) =>
    `${doing} ${file ?? ''}`;

/** @typedef {Record<string, string>} Params */

/** What playing has found, by its code. @type {Record<string, string>} */
const FAULTS = {
  exception: 'it runs into errors',
  blank: 'the screen stays empty',
  freeze: 'it freezes',
  memory: 'it takes too much memory and stops',
  disk: 'it stores too much data and stops',
  deaf: 'it does not react to touch',
  'dead-end': 'after game over no new round begins',
  'instant-death': 'it is over at once',
  csp: 'it asks for data from elsewhere, which it cannot have',
  scrolls: 'a swipe moves the whole page',
  unmet: 'something is not as it was to be',
};
/** A list comes with one item a line. @param {string} [items] */
const listed = (items = '') => items.split('\n').join('; ');
/** @param {string} [codes] */
const faultsIn = (codes = '') => listed(codes.replace(/^.+$/gm, (code) => FAULTS[code] ?? code));

/** @type {Record<string, string | ((params: Params) => string)>} */
export const enSaid = {
  STEP_CHECKING: 'Reading your request',
  STEP_PREPARING: 'Getting ready',
  STEP_ANSWERING: 'Thinking about the answer',
  STEP_DESIGNING: 'Deciding what the game will be',
  STEP_WAITING: ({ position }) => `Waiting in line: about number ${position}`,
  STEP_NOT_BEGUN: 'We have your message. Work has not begun yet.',
  STEP_THINKING: 'The AI is thinking',
  STEP_READING: 'Reading your game',
  STEP_READING_FILE: FILE('Reading'),
  STEP_WRITING: 'Writing the program',
  STEP_WRITING_FILE: FILE('Writing'),
  STEP_MENDING: 'Changing the program',
  STEP_MENDING_FILE: FILE('Changing'),
  STEP_SEARCHING: 'Looking through the files',
  STEP_SEARCHING_FILE: FILE('Looking through'),
  STEP_PLANNING: 'Planning how to build it',
  STEP_WORKING: 'Working',
  STEP_TESTING: 'Checking whether it works',
  STEP_SAVING: 'Saving the version',
  STEP_PLAYING: 'Trying it out',
  STEP_REPAIRING: 'Mending what was found',
  STEP_PLAYING_AGAIN: 'Trying the mended game out',
  STEP_KEEPING: 'Keeping it as a new version',
  STEP_ANSWERED: 'The answer is ready',
  STEP_RESTORE_ASKED: 'The answer is ready',

  GAME_UPDATED: 'The game was updated',
  GAME_UPDATED_SUMMARY: 'The game was updated.',
  ANSWER_EMPTY: 'I could not find an answer. Please tell me a little more.',
  VERSION_RESTORED: ({ version }) => `Restored version ${version}`,
  GAME_TUNED: ({ changes }) => `Tuned the game: ${changes}`,
  REMIXED_FROM: ({ title }) => `Made from “${title}”`,

  SPRITES_MISSING: ({ missing, total }) =>
    `(${missing} of ${total} images did not come in time; code draws those figures instead.)`,
  IMAGES_UNUSABLE: ({ missing, total }) =>
    `(${missing} of the ${total} images that you sent could not be used: they are left out.)`,
  GAME_UNPLAYED: '(It could not be tried out this time, so nobody has seen whether it works.)',
  GAME_FAULTY: ({ faults }) =>
    `(Trying it out showed: ${faultsIn(faults)}. Send “fix it” to have it mended.)`,
  GAME_MENDED: ({ faults }) => `(Trying it out showed: ${faultsIn(faults)}. That is mended.)`,
  CHECKS_UNMET: ({ checks }) =>
    `(Not there yet: ${listed(checks)}. Send “fix it” to have it tried again.)`,

  GAME_REGISTERED: 'Your game was saved',
  GAME_PUBLISHED: 'Your game is published',
  GAME_REGISTERED_NOTE: ({ title }) => `“${title}” is saved.`,
  GAME_PUBLISHED_NOTE: ({ title }) => `“${title}” is published.`,
  GAME_TAKEN_DOWN: 'Your game was taken down by the operators',
  GAME_TAKEN_DOWN_NOTE: ({ title, reason }) =>
    `“${title}” cannot be played any more. Reason: ${reason}`,
  GAME_PUT_BACK: 'Your game is back',
  GAME_PUT_BACK_NOTE: ({ title }) => `“${title}” is no longer taken down.`,
  WELCOME: 'Welcome to DreamCore',
  WELCOME_NOTE: 'Say what you want and play it on your phone. Begin with “Create”.',
  IMAGE_TIMED_OUT: 'The image was not finished in time. Please try again.',

  USER_LIMIT_EXCEEDED:
    'You are already making another game. Please send this again when it is finished.',
  SYSTEM_LIMIT_EXCEEDED: BUSY,
  JOB_ALREADY_ACTIVE: 'A game is being made. Please wait until it is finished.',
  ACCESS_DENIED: 'This cannot be done.',
  ModelKeyInvalid: `The connection to the AI is not set up properly. ${TELL_US}`,
  ModelBadRequest: 'The AI could not take this request. Please say it another way.',
  ModelRefused: 'This game could not be made. Please try something else.',
  ModelRateLimited: AI_BUSY,
  ModelOverloaded: AI_BUSY,
  ModelUnavailable: 'The AI could not be reached. Please wait a moment and try again.',
  ModelOutputTooLong: 'The game became too large. Please ask for a little less.',
  ModelBudgetExceeded: 'That was too much work at once. Please ask for it in parts.',
  ImageServiceMissing: 'Images cannot be made right now.',
  ImageRefused: 'This image could not be made. Please try something else.',
  ImageNotMade: 'There was no image. Please try again.',
  BrowserMissing: 'The screen of the game cannot be taken right now.',
  ImageTooLarge: 'This image is too large. Make it smaller and try again.',
  CutoutFailed: 'The background could not be removed. Please try another image.',
  CutoutUnavailable: 'Removing backgrounds is very busy. Please wait a moment and try again.',
  VideoWaits: 'Another video is being made. Please wait a moment and try again.',
  VideoNotMade: 'There was no video. Please try again.',
  ImageUnreadable: 'This image could not be read.',
  ModelAnswerInvalid: 'The answer of the AI could not be read. Please try again.',
  RunTimedOut: 'The game was not finished in time. Please try again.',
  RunStalled: STOPPED,
  RunCrashed: STOPPED,
  UPGRADED:
    'DreamCore was updated, so this work ended before it was finished. You are not charged. ' +
    'Please send it again.',
  RunSuperseded: 'Newer work has taken over.',
  RunCancelled: 'Stopped.',
  CandidateInvalid: 'What was made is no working game. Please try again.',
  GameBroken:
    'The new game was tried out and does not work. Your game stays as it was. ' +
    'Please say it another way.',
  CandidateRefused: 'It holds something that cannot be kept safely, so it was not saved.',
  SchemaMismatch: `Something is wrong with the database of this service. ${TELL_US}`,
  SandboxMissing: `A safe place to work in could not be prepared. ${TELL_US}`,
  DiskFull: `There is no room left to save it. ${TELL_US}`,
  SettingRefused: 'The game cannot be tuned to this value.',
  VersionNotFound: 'That version was not found.',
  NothingToRestore: 'There is no earlier version.',
  RevisionMissing: PREPARING,
  RevisionLost: 'The data of this version is lost. Please tell the operators.',
  PATH_ESCAPE: 'The place of the file is not right.',
  FILE_NOT_FOUND: 'The file was not found.',
  GameTakenDown: 'The publication of this game was stopped by the operators.',
  PublishCheckFailed:
    'The published game could not be checked. Please wait a moment and try again.',
  ModalUnavailable: PLACE,
  ModalQuota: BUSY,
  ModalOutdated: 'The place to work in is being updated. Please wait a moment and try again.',
  VolumeBehind: PREPARING,
  STORAGE_LIMIT_EXCEEDED: ({ largest }) =>
    'There is no room left. Delete images or games that you do not use and try again.' +
    (largest === undefined ? '' : `\nThe largest: ${largest}`),
  RATE_LIMIT_EXCEEDED: 'That was a lot at once. Please wait a moment and try again.',
  SPENDING_LIMIT_EXCEEDED: 'You have used all of today. Please try again tomorrow.',
  LOSS_LIMIT_EXCEEDED:
    'Too much of today was stopped or did not become a game. Please try again tomorrow.',
  OPERATION_FAILED: AGAIN,
};

/** Styles by their ids. @type {Record<string, string>} */
export const enStyles = {
  retro: 'Retro pixels',
  neon: 'Neon',
  minimal: 'Minimal',
  kawaii: 'Kawaii',
  anime: 'Anime',
  pastel: 'Pastel',
  modern: 'Modern',
  cartoon: 'Cartoon',
  futuristic: 'Futuristic',
  hand_drawn: 'Hand-drawn',
  dark: 'Dark',
  paper: 'Paper craft',
  watercolor: 'Watercolour',
  pop: 'Pop art',
  comic: 'Comic',
  nature: 'Natural',
  dark_fantasy: 'Dark fantasy',
  medieval: 'Medieval',
  sci_fi: 'Sci-fi',
  lowpoly: 'Low poly',
  realistic: 'Realistic',
  toon: 'Toon',
  voxel: 'Voxel',
  arcade: 'Arcade',
  fantasy: 'Fantasy',
  isometric: 'Isometric',
  mechanical: 'Steampunk',
};
