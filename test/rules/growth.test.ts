import { expect, it, vi } from 'vitest';
import { toAppError } from '../../src/activities/modal/errors.js';
import { readJson } from '../../src/activities/shared/planning/ask-model.js';
import { isAcceptedByName } from '../../src/api/assets/media-type.js';
import { requestedFile } from '../../src/api/games/file-path.js';
import { supabaseLimitOf } from '../../src/contracts/base/limits.js';
import { VideoStory } from '../../src/contracts/media/video.js';
import { aliasOf } from '../../src/domain/assets/asset-names.js';
import { briefByRules } from '../../src/domain/design/brief-by-rules.js';
import { gameTitle } from '../../src/domain/game/game-title.js';
import { readEnglish } from '../../src/domain/intent/english.js';
import { readJapanese } from '../../src/domain/intent/japanese.js';
import { languageOf } from '../../src/domain/text/language.js';
import { promptName } from '../../src/domain/generation/prompt-name.js';
import { quoted } from '../../src/domain/generation/quoted.js';
import {
  assetReferencesIn,
  withPublishedReferences,
} from '../../src/domain/publishing/published-files.js';
import { evaluateStyleGate, mentionedDimension } from '../../src/domain/styles/style-gate.js';
import { mentionedStyle } from '../../src/domain/styles/style-words.js';
import { vendoredFilesIn, withRelativeVendor } from '../../src/domain/game/vendored-libraries.js';
import { refusedPaths } from '../../src/domain/game/version-paths.js';
import { createLog, logOutput } from '../../src/telemetry/log.js';
import {
  claimsWork,
  splitFinalText,
  takeHtmlBlock,
} from '../../src/runner/candidate/answer-text.js';
import { findPlaceholder } from '../../src/runner/candidate/placeholders.js';
import { isFullRun } from '../scope.js';

/** Characters. A fifth shows the same growth, and lets `npm test` go on. */
const LARGE = isFullRun ? 1_000_000 : 200_000;
const FACTOR = 10;
/** Ten times the text may take so many times the time: not a hundred times. */
const MOST = 15;
/** Less is noise. */
const FLOOR_MS = 20;
/** Lengths at which a time that doubles with each word is seen while it can be waited for. */
const SHORT = [160, 200, 240, 2_000, 20_000];

const log = createLog('test');
const write = vi.spyOn(logOutput, 'write').mockReturnValue();

/** Whatever reads what a user, a model or a service wrote. */
const READERS: Record<string, (text: string) => unknown> = {
  splitFinalText,
  takeHtmlBlock,
  claimsWork,
  findPlaceholder: (text) => findPlaceholder(text, null),
  'a line of the log': (text) => log.warn({ text }, text),
  readJson: (text) => readJson(text, VideoStory),
  'a failure on Modal': (text) => toAppError(new Error(text)),
  gameTitle: (text) => gameTitle(text, text),
  'a brief by rules': (request) =>
    briefByRules({ request, dimension: null, styleId: null, language: 'ja' }),
  evaluateStyleGate: (text) =>
    evaluateStyleGate({
      content: text,
      isNewProject: true,
      skipStyleSelection: false,
      selectedStyle: null,
    } as never),
  promptName,
  quoted,
  assetReferencesIn: assetReferencesIn,
  withPublishedReferences: (text) => withPublishedReferences(text, '/b/', new Map()),
  vendoredFilesIn: vendoredFilesIn,
  withRelativeVendor: (text) => withRelativeVendor(text, 'index.html'),
  supabaseLimitOf: (text) => supabaseLimitOf('GET', `/auth/v1/${text}`, null),
  requestedFile: requestedFile,
  refusedPaths: (text) => refusedPaths([text]),
  aliasOf: aliasOf,
  isAcceptedByName: (text) => isAcceptedByName({ name: text, mime: `image/${text}` }),
};

/** What the keyword rules read off a message. */
const MESSAGE_READERS: Record<string, (text: string) => unknown> = {
  readEnglish,
  readJapanese: (text) => readJapanese(text, false),
  mentionedStyle,
  mentionedDimension,
  languageOf,
};

/** What expressions like to read again and again; after a `·`, behind what stands before it. */
const PIECES = [
  ' ',
  '\n',
  '/',
  '{',
  '.',
  '\t提案:',
  '提案:  ',
  '\n提案: a 、',
  '```html\n',
  '```html ',
  '...the rest ',
  '// the rest stays ',
  '// 残りの処理は ',
  'I have been ',
  'eyJaaaaaaaa-',
  'eyJaaaaaaaa.eyJ',
  'postgres://u:',
  'Bearer ',
  'token=',
  'AppError{',
  'ゲーム名 ',
  'ゲーム名: ',
  '<title>',
  '"/vendor/a@',
  '"/vendor/a@b/',
  '"/user-assets/0f8fad5b-d9cb-469f-a165-70867728950e/',
  ',/global-assets/a',
  'a/',
  '../',
  '2D',
  '...· ',
  '// 以下· ',
  '// ...the rest· ',
  '\u2028',
  '「·」を登録しました。',
];

const MESSAGE_PIECES = [
  ' ',
  '\n',
  '2D',
  'so good ',
  'looking good · this is so good',
  'i would really ',
  'would ',
  'when ·,',
  'what · when ,',
  '?',
  'why?,',
  'better before,',
  'hey, ',
  'あ·w',
  'いいね',
  'めっちゃすごいい',
  'さっきの',
  '元に·戻',
  '何か',
  'どの人も',
  'てほしい',
  'できる',
];

/** Processor time, which other processes do not lengthen; milliseconds. */
function timeOf(read: (text: string) => unknown, text: string): number {
  const from = process.cpuUsage();
  read(text);
  const { user, system } = process.cpuUsage(from);
  return (user + system) / 1_000;
}

const WITH_PIECES = [
  ...Object.entries(READERS).map(([name, read]) => ({ name, read, pieces: PIECES })),
  ...Object.entries(MESSAGE_READERS).map(([name, read]) => ({
    name,
    read,
    pieces: MESSAGE_PIECES,
  })),
];

it.each(WITH_PIECES)(
  '$name: ten times the text takes about ten times as long',
  ({ read, pieces }) => {
    for (const piece of pieces) {
      const [lead, again] = piece.includes('·') ? piece.split('·') : ['', piece];
      const text = (length: number): string => `${lead}${again?.repeat(length / again.length)}x`;
      // Once more when it looks bad: the second time is compiled, and no rubbish is collected.
      const isFine = (): boolean =>
        timeOf(read, text(LARGE)) <= MOST * Math.max(FLOOR_MS, timeOf(read, text(LARGE / FACTOR)));
      const isQuick = (): boolean =>
        SHORT.every((length) => timeOf(read, text(length)) < MOST * FLOOR_MS);
      expect(isQuick() || isQuick(), JSON.stringify(piece)).toBe(true);
      expect(isFine() || isFine() || isFine(), JSON.stringify(piece)).toBe(true);
    }
    write.mockClear();
  },
);
