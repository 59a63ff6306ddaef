/** Renders what the server sends: codes, V2's English literals, plain text. */
import { renderIn } from '../../../src/contracts/messages/render.ts';
import { language, text } from './index.js';

/**
 * @typedef {{ code?: string | null | undefined,
 *   params?: Readonly<Record<string, unknown>> | null | undefined }} Coded
 */

/** @type {Record<string, string>} */
const BY_CODE = {
  USER_LIMIT_EXCEEDED: text.userLimit,
  PROJECT_LIMIT_EXCEEDED: text.projectLimit,
  GUEST_PROJECT_LIMIT: text.needed.games,
  SYSTEM_LIMIT_EXCEEDED: text.systemLimit,
  RATE_LIMIT_EXCEEDED: text.rateLimit,
  JOB_ALREADY_ACTIVE: text.jobActive,
  RunTimedOut: text.timedOut,
  GameBroken: text.gameBroken,
  ACCESS_DENIED: text.accessDenied,
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
];

const JAPANESE = /[\u3040-\u30ff\u4e00-\u9fff]/;

/**
 * A message in the language of the screen, by its code; else its own text, as plain text (N1).
 * @param {string} own
 * @param {Coded} coded
 * @returns {string}
 */
export function saidText(own, { code, params }) {
  return (code && renderIn(text.messages, { code, params: params ?? {} })) || own;
}

/** The sentence of a refusal by its code; '' = it has none. @param {Coded} coded */
export const reasonText = ({ code }) => (code && BY_CODE[code]) || saidText('', { code });

/** The name of a style, for a screen. @param {{ id: string, name: string }} style */
export const styleName = ({ id, name }) => text.styleNames[id] ?? name;

/**
 * The sentence to show for a failure, and the raw text when it says more than the sentence does.
 * @param {Coded & { message?: string | undefined, retryAfterS?: number | undefined }} failure
 * @returns {{ sentence: string, details: string | null }}
 */
export function explainFailure({ message = '', code, params, retryAfterS }) {
  if (retryAfterS) return { sentence: text.waitFor(retryAfterS), details: null };
  const said = params ? saidText('', { code, params }) : '';
  if (said !== '') return { sentence: said, details: null };
  const known =
    (code ? BY_CODE[code] : undefined) ??
    BY_LITERAL.find(([pattern]) => pattern.test(message))?.[1];
  if (JAPANESE.test(message)) {
    const sentence = language === 'ja' ? message : saidText(known ?? text.somethingWrong, { code });
    return { sentence, details: null };
  }
  if (known !== undefined) return { sentence: known, details: null };
  return { sentence: text.somethingWrong, details: message === '' ? null : message };
}

/**
 * The name of a step: its message.
 * @param {string} own
 * @param {Coded} [coded]
 */
export function stepName(own, coded = {}) {
  // A place in the queue means nothing to who is alone, or next.
  const isNext = coded.code === 'STEP_WAITING' && coded.params?.['position'] === 1;
  return isNext ? text.stepNext : saidText(own, coded);
}
