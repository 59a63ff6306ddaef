import type { MessageCode } from './ja.js';
import type { Words } from './render.js';

/** The messages of the catalogue in English. */
export const en = {
  said: {
    STEP_CHECKING: 'Reading your request',
    STEP_PREPARING: 'Getting ready',
    STEP_ANSWERING: 'Thinking about the answer',
    STEP_DESIGNING: 'Deciding what the game will be',
    STEP_WAITING: 'Waiting in line: about number {position}',
    STEP_NOT_BEGUN: 'We have your message. Work has not begun yet.',
    STEP_THINKING: 'The AI is thinking',
    STEP_READING: 'Reading your game',
    STEP_READING_FILE: 'Reading {file}',
    STEP_WRITING: 'Writing the program',
    STEP_WRITING_FILE: 'Writing {file}',
    STEP_MENDING: 'Changing the program',
    STEP_MENDING_FILE: 'Changing {file}',
    STEP_SEARCHING: 'Looking through the files',
    STEP_SEARCHING_FILE: 'Looking through {file}',
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
    VERSION_RESTORED: 'Restored version {version}',
    GAME_TUNED: 'Tuned the game: {changes}',
    REMIXED_FROM: 'Made from “{title}”',

    SPRITES_MISSING:
      '({missing} of {total} images did not come in time; code draws those figures instead.)',
    IMAGES_UNUSABLE:
      '({missing} of the {total} images that you sent could not be used: they are left out.)',
    GAME_UNPLAYED: '(It could not be tried out this time, so nobody has seen whether it works.)',
    GAME_FAULTY: '(Trying it out showed: {faults}. Send “fix it” to have it mended.)',
    GAME_MENDED: '(Trying it out showed: {faults}. That is mended.)',
    CHECKS_UNMET: '(Not there yet: {checks}. Send “fix it” to have it tried again.)',

    GAME_REGISTERED: 'Your game was saved',
    GAME_PUBLISHED: 'Your game is published',
    GAME_REGISTERED_NOTE: '“{title}” is saved.',
    GAME_PUBLISHED_NOTE: '“{title}” is published.',
    GAME_TAKEN_DOWN: 'Your game was taken down by the operators',
    GAME_TAKEN_DOWN_NOTE: '“{title}” cannot be played any more. Reason: {reason}',
    GAME_PUT_BACK: 'Your game is back',
    GAME_PUT_BACK_NOTE: '“{title}” is no longer taken down.',
    WELCOME: 'Welcome to DreamCore',
    WELCOME_NOTE: 'Say what you want and play it on your phone. Begin with “Create”.',
    IMAGE_TIMED_OUT: 'The image was not finished in time. Please try again.',

    USER_LIMIT_EXCEEDED:
      'You are already making another game. Please send this again when it is finished.',
    SYSTEM_LIMIT_EXCEEDED: 'We are very busy. Please wait a moment and try again.',
    JOB_ALREADY_ACTIVE: 'A game is being made. Please wait until it is finished.',
    ACCESS_DENIED: 'This cannot be done.',
    ModelKeyInvalid:
      'The connection to the AI is not set up properly. Please tell whoever runs this service.',
    ModelBadRequest: 'The AI could not take this request. Please say it another way.',
    ModelRefused: 'This game could not be made. Please try something else.',
    ModelRateLimited: 'The AI is very busy. Please wait a moment and try again.',
    ModelOverloaded: 'The AI is very busy. Please wait a moment and try again.',
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
    RunStalled: 'The work stopped on its way. Please try again.',
    RunCrashed: 'The work stopped on its way. Please try again.',
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
    SchemaMismatch:
      'Something is wrong with the database of this service. Please ' +
      'tell whoever runs this service.',
    SandboxMissing:
      'A safe place to work in could not be prepared. Please tell whoever runs this service.',
    DiskFull: 'There is no room left to save it. Please tell whoever runs this service.',
    SettingRefused: 'The game cannot be tuned to this value.',
    VersionNotFound: 'That version was not found.',
    NothingToRestore: 'There is no earlier version.',
    RevisionMissing: 'The data of the game is being prepared. Please wait a moment and try again.',
    RevisionLost: 'The data of this version is lost. Please tell the operators.',
    PATH_ESCAPE: 'The place of the file is not right.',
    FILE_NOT_FOUND: 'The file was not found.',
    GameTakenDown: 'The publication of this game was stopped by the operators.',
    PublishCheckFailed:
      'The published game could not be checked. Please wait a moment and try again.',
    ModalUnavailable:
      'The place to work in could not be reached. Please wait a moment and try again.',
    ModalQuota: 'We are very busy. Please wait a moment and try again.',
    ModalOutdated: 'The place to work in is being updated. Please wait a moment and try again.',
    STORAGE_LIMIT_EXCEEDED:
      'There is no room left. Delete images or games that you do not use and try again.' +
      '[\nThe largest: {largest}]',
    RATE_LIMIT_EXCEEDED: 'That was a lot at once. Please wait a moment and try again.',
    SPENDING_LIMIT_EXCEEDED: 'You have used all of today. Please try again tomorrow.',
    LOSS_LIMIT_EXCEEDED:
      'Too much of today was stopped or did not become a game. Please try again tomorrow.',
    OPERATION_FAILED: 'That did not work. Please try again.',
    PARAGRAPHS: '{paragraphs}',
  },
  faults: {
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
    lost: 'something that worked before does not any more',
  },
  between: '; ',
} as const satisfies Words & { said: Record<MessageCode, string> };
