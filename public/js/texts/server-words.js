/**
 * Turns what the server says (codes, English literals, progress messages) into what people read.
 */
import { language, text } from './index.js';

/** @typedef {{ code?: string | undefined, params?: Record<string, string> | undefined }} Coded */

/** @type {Record<string, string>} */
const BY_CODE = {
  USER_LIMIT_EXCEEDED: text.userLimit,
  PROJECT_LIMIT_EXCEEDED: text.projectLimit,
  SYSTEM_LIMIT_EXCEEDED: text.systemLimit,
  RATE_LIMIT_EXCEEDED: text.rateLimit,
  WEEKLY_LIMIT_EXCEEDED: text.weeklyLimit,
  JOB_ALREADY_ACTIVE: text.jobActive,
  JOB_TIMEOUT: text.timedOut,
  RunTimedOut: text.timedOut,
  GameBroken: text.gameBroken,
  ACCESS_DENIED: text.accessDenied,
  PROJECT_NOT_FOUND: text.accessDenied,
  INVALID_REQUEST: text.badRequest,
  OPERATION_FAILED: text.somethingWrong,
};

/** @type {[RegExp, string][]} */
const BY_LITERAL = [
  [/^Access denied$|^Project not found$/, text.accessDenied],
  [
    /^Not initialized$|^Not authenticated$|^No project selected$|^access_token required$/,
    text.notReady,
  ],
  [
    /^Invalid (request|message format|project ID)$|^Unknown message type$|^Job ID required$/,
    text.badRequest,
  ],
  [/^Job not found$/, text.jobGone],
  [
    /^Git not initialized$|^Failed to restore version$|^Invalid version ID format$/,
    text.restoreFailed,
  ],
  [/^Invalid version name$/, text.versionNameRefused],
  [/^Version not found$/, text.versionGone],
  [/^Job timed out/, text.timedOut],
  [/^Too many concurrent requests/, text.userLimit],
  [/^System is busy/, text.systemLimit],
  [/already running/, text.jobActive],
];

const JAPANESE = /[\u3040-\u30ff\u4e00-\u9fff]/;

/**
 * A sentence of the server in the language of the screen: its own words, unless the catalogue has
 * some for its code. Of a text that others wrote, the paragraphs that are the server's.
 * @param {string} own
 * @param {Coded & { notes?: (Coded & { text: string })[] | undefined }} coded
 * @returns {string}
 */
export function saidText(own, { code, params = {}, notes = [] }) {
  const words = code === undefined ? undefined : text.said[code];
  if (words !== undefined) return typeof words === 'function' ? words(params) : words;
  return notes.reduce((all, note) => all.replace(note.text, () => saidText(note.text, note)), own);
}

/** The name of a style, for a screen. @param {{ id: string, name: string }} style */
export const styleName = ({ id, name }) => text.styleNames[id] ?? name;

/**
 * The sentence to show for a failure, and the raw text when it says more than the sentence does.
 * @param {{ message?: string | undefined, code?: string | undefined, retryAfterS?: number |
 * undefined }} failure
 * @returns {{ sentence: string, details: string | null }}
 */
export function explainFailure({ message = '', code, retryAfterS }) {
  if (retryAfterS) return { sentence: text.waitFor(retryAfterS), details: null };
  const known =
    (code !== undefined ? BY_CODE[code] : undefined) ??
    BY_LITERAL.find(([pattern]) => pattern.test(message))?.[1];
  if (JAPANESE.test(message)) {
    const sentence = language === 'ja' ? message : saidText(known ?? text.somethingWrong, { code });
    return { sentence, details: null };
  }
  if (known !== undefined) return { sentence: known, details: null };
  return { sentence: text.somethingWrong, details: message === '' ? null : message };
}

/**
 * A line that the server keeps in the chat, in the language of the screen.
 * @param {{ content: string, code?: string | undefined, params?: Record<string, string> | undefined
 * }} line
 */
export const storedNote = (line) => saidText(line.content, line);

/** @type {[RegExp, (match: RegExpMatchArray) => string][]} */
const STEPS = [
  [/順番待ち/, (match) => match.input ?? ''],
  [/意図/, () => text.stepThinking],
  [/2D.3D/, () => text.stepDimension],
  [/フォールバック/, () => text.stepFallback],
  [/コード生成完了/, () => text.stepWritten],
  [/コード生成中/, () => text.stepWriting],
  [/画像/, () => text.stepImages],
  [/(?:編集中|作成中): *(.+)$/, (match) => text.stepFiles(match[1] ?? '')],
  [/編集を適用中|ファイルを作成中/, () => text.stepFiles('')],
  [/バージョン保存/, () => text.stepSaving],
  [/試し遊び/, () => text.stepPlaying],
  [/適用完了/, () => text.stepReady],
  [/スキル/, () => text.stepPlanning],
  [/実行中/, () => text.stepTool],
  [/回答中/, () => text.stepAnswering],
  [/回答完了|確認が必要|リストア確認/, () => text.stepAnswered],
];

/**
 * A step name without vendor or tool names; a message nobody foresaw is shown as it is.
 * @param {string} message
 * @param {{ code?: string | undefined, params?: Record<string, string> | undefined }} [coded]
 */
export function stepName(message, coded = {}) {
  // A place in the queue means nothing to who is alone, or next.
  if (coded.code === 'STEP_WAITING' && coded.params?.['position'] === '1') return text.stepNext;
  const said = saidText('', coded);
  if (said !== '') return said;
  for (const [pattern, name] of STEPS) {
    const match = message.match(pattern);
    if (match) return name(match);
  }
  return message;
}
