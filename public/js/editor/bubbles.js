/** The kinds of bubbles, as elements. What their buttons do is handed in. */
import { text } from '../texts/index.js';
import { h, passFocus } from '../ui/dom.js';
import { icon } from '../ui/icons.js';
import { dimensionAnswer, isDimensionAnswer } from './answer-text.js';
import { foldable } from './fold.js';
import { markdown, plain } from './markdown.js';
import { isRepairRequest, splitAttachments } from './user-text.js';

/** Longer texts are folded; an answer is read, and rarely so long. */
const USER_LINES = 12;
const ANSWER_LINES = 60;

/** @typedef {{ label: string, run: () => void }} Action */
/**
 * What one can do about an answer; without a function there is no button.
 * @typedef {object} AnswerActions
 * @property {(() => void) | undefined} [onPlay]
 * @property {(() => void) | undefined} [onChanges]
 * @property {(() => void) | undefined} [onPublish]
 */
/**
 * A question whose buttons are enabled until an answer is sent, and again when that fails.
 * @typedef {{ lock: (answer: string) => void, unlock: () => void }} OpenQuestion
 */

/**
 * @param {string} content as sent: attachments become thumbnails, a repair request one short line
 */
export function userBubble(content) {
  if (isRepairRequest(content)) {
    return h(
      'div',
      { class: 'message user' },
      h('p', {}, text.autoFixRequest),
      foldedDetails(content),
    );
  }
  const { attachments, body } = splitAttachments(content);
  return h(
    'div',
    { class: 'message user' },
    attachments.length > 0 && h('div', { class: 'attachments' }, attachments.map(attachmentChip)),
    foldable(body, USER_LINES, plain),
  );
}

/** @param {import('./user-text.js').Attachment} attachment */
function attachmentChip({ number, name, url }) {
  const image =
    url !== null &&
    h('img', {
      src: url,
      alt: '',
      loading: 'lazy',
      onerror: (/** @type {Event} */ event) => /** @type {Element} */ (event.target).remove(),
    });
  return h(
    'figure',
    { class: 'attachment' },
    image,
    h('figcaption', {}, `${text.attachmentOf(number)}${name}`),
  );
}

/**
 * @param {object} answer
 * @param {string} answer.body Markdown
 * @param {string[]} [answer.suggestions]
 * @param {(suggestion: string) => void} answer.onSuggestion
 * @param {AnswerActions} [answer.actions]
 */
export function assistantBubble({ body, suggestions = [], onSuggestion, actions = {} }) {
  const bubble = h(
    'div',
    { class: 'message assistant' },
    h('div', { class: 'markdown' }, foldable(body, ANSWER_LINES, markdown)),
  );
  if (suggestions.length > 0) {
    bubble.append(
      h(
        'div',
        { class: 'suggestions' },
        suggestions.map((suggestion) =>
          h(
            'button',
            { type: 'button', class: 'suggestion-btn', onclick: () => onSuggestion(suggestion) },
            dimensionAnswer(suggestion),
          ),
        ),
      ),
    );
  }
  addAnswerActions(bubble, actions);
  return bubble;
}

/**
 * The buttons below an answer, each once.
 * @param {HTMLElement} bubble
 * @param {AnswerActions} actions
 */
export function addAnswerActions(bubble, { onPlay, onChanges, onPublish }) {
  const place = bubble.querySelector('.answer-actions') ?? h('div', { class: 'answer-actions' });
  /**
   * @param {string} name @param {import('../ui/icons.js').IconName} iconName @param {string} label
   * @param {(() => void) | undefined} onclick
   */
  const add = (name, iconName, label, onclick) => {
    if (!onclick || place.querySelector(`.${name}`)) return;
    const look = name === 'play-game-btn' ? 'button primary compact' : 'button compact';
    const button = h(
      'button',
      { type: 'button', class: `${look} ${name}`, onclick },
      icon(iconName, 16),
      label,
    );
    if (name === 'play-game-btn') place.prepend(button);
    else place.append(button);
  };
  add('play-game-btn', 'play', text.playGame, onPlay);
  add('changes-btn', 'file', text.viewChanges, onChanges);
  add('show-everyone-btn', 'publish', text.showEveryone, onPublish);
  if (place.childElementCount > 0) bubble.append(place);
}

/** @param {string} content @param {Action} [action] */
export function systemBubble(content, action) {
  return h(
    'div',
    { class: 'message system' },
    h(
      'span',
      {},
      foldable(content, USER_LINES, (words) => [words]),
    ),
    action &&
      h('button', { type: 'button', class: 'link-button', onclick: action.run }, action.label),
  );
}

/**
 * @param {{ sentence: string, details: string | null }} failure
 * @param {{ label: string, run: () => boolean }} [action] its button goes when it was done
 */
export function errorBubble({ sentence, details }, action) {
  const button =
    action &&
    h(
      'button',
      {
        type: 'button',
        class: 'link-button',
        onclick: () => {
          if (!action.run() || !button) return;
          leaveToLog(button);
          button.remove();
        },
      },
      action.label,
    );
  return h(
    'div',
    { class: 'message error' },
    icon('alert', 18),
    h(
      'div',
      { class: 'error-body' },
      h('p', {}, text.errorIs(sentence)),
      details !== null && foldedDetails(details),
      button,
    ),
  );
}

/**
 * The pills 2D and 3D of a question: they can be pressed until it is answered.
 * @param {HTMLElement} bubble @returns {OpenQuestion}
 */
export function dimensionQuestion(bubble) {
  /** @param {(pill: HTMLButtonElement) => void} run */
  const each = (run) => {
    for (const pill of bubble.querySelectorAll('.suggestion-btn'))
      if (pill instanceof HTMLButtonElement && isDimensionAnswer(pill.textContent)) run(pill);
  };
  return {
    lock: (answer) => {
      leaveToLog(bubble);
      each((pill) => {
        pill.disabled = true;
        pill.setAttribute('aria-pressed', String(pill.textContent === answer.trim()));
      });
    },
    unlock: () =>
      each((pill) => {
        pill.disabled = false;
        pill.removeAttribute('aria-pressed');
      }),
  };
}

/**
 * A question with two answers; the first is the red one. @param {string} question @param {Action}
 * yes @param {Action} no
 */
export function choiceBubble(question, yes, no) {
  const buttons = h('div', { class: 'answer-actions' });
  /** @param {Action} action */
  const once = (action) => () => {
    leaveToLog(buttons);
    for (const button of buttons.querySelectorAll('button')) button.disabled = true;
    action.run();
  };
  buttons.append(
    h(
      'button',
      { type: 'button', class: 'button primary compact restore-confirm-btn', onclick: once(yes) },
      yes.label,
    ),
    h(
      'button',
      { type: 'button', class: 'button compact restore-cancel-btn', onclick: once(no) },
      no.label,
    ),
  );
  return h(
    'div',
    { class: 'message assistant' },
    h('div', { class: 'markdown' }, markdown(question)),
    buttons,
  );
}

/** Controls that go out of use leave the focus to the list of bubbles. @param {Element} controls */
export function leaveToLog(controls) {
  passFocus(controls, /** @type {HTMLElement | null} */ (controls.closest('[role="log"]')));
}

/** @param {string} details */
function foldedDetails(details) {
  return h(
    'details',
    { class: 'folded' },
    h('summary', {}, text.details),
    h('pre', { tabindex: 0 }, details),
  );
}
