/** The kinds of bubbles, as elements. What their buttons do is handed in. */
import { text } from '../texts/index.js';
import { h } from '../ui/dom.js';
import { icon } from '../ui/icons.js';
import { markdown, plain } from './markdown.js';
import { isRepairRequest, splitAttachments } from './user-text.js';

/** @typedef {{ label: string, run: () => void }} Action */

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
    plain(body),
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
 * @param {() => void} [answer.onPlay]
 * @param {() => void} [answer.onChanges]
 */
export function assistantBubble({ body, suggestions = [], onSuggestion, onPlay, onChanges }) {
  const bubble = h(
    'div',
    { class: 'message assistant' },
    h('div', { class: 'markdown' }, markdown(body)),
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
            suggestion,
          ),
        ),
      ),
    );
  }
  addAnswerActions(bubble, { onPlay, onChanges });
  return bubble;
}

/**
 * @param {HTMLElement} bubble @param {{ onPlay?: (() => void) | undefined, onChanges?: (() => void)
 * | undefined }} actions
 */
export function addAnswerActions(bubble, { onPlay, onChanges }) {
  const place = bubble.querySelector('.answer-actions') ?? h('div', { class: 'answer-actions' });
  if (onPlay && !place.querySelector('.play-game-btn')) {
    place.prepend(
      h(
        'button',
        { type: 'button', class: 'button primary compact play-game-btn', onclick: onPlay },
        icon('play', 16),
        text.playGame,
      ),
    );
  }
  if (onChanges && !place.querySelector('.changes-btn')) {
    place.append(
      h(
        'button',
        { type: 'button', class: 'button compact changes-btn', onclick: onChanges },
        icon('file', 16),
        text.viewChanges,
      ),
    );
  }
  if (place.childElementCount > 0) bubble.append(place);
}

/** @param {string} content @param {Action} [action] */
export function systemBubble(content, action) {
  return h(
    'div',
    { class: 'message system' },
    h('span', {}, content),
    action &&
      h('button', { type: 'button', class: 'link-button', onclick: action.run }, action.label),
  );
}

/** @param {{ sentence: string, details: string | null }} failure @param {Action} [action] */
export function errorBubble({ sentence, details }, action) {
  return h(
    'div',
    { class: 'message error' },
    icon('alert', 18),
    h(
      'div',
      { class: 'error-body' },
      h('p', {}, text.errorIs(sentence)),
      details !== null && foldedDetails(details),
      action &&
        h('button', { type: 'button', class: 'link-button', onclick: action.run }, action.label),
    ),
  );
}

/**
 * A question with two answers; the first is the red one. @param {string} question @param {Action}
 * yes @param {Action} no
 */
export function choiceBubble(question, yes, no) {
  const buttons = h('div', { class: 'answer-actions' });
  /** @param {Action} action */
  const once = (action) => () => {
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

/** @param {string} details */
function foldedDetails(details) {
  return h(
    'details',
    { class: 'folded' },
    h('summary', {}, text.details),
    h('pre', { tabindex: 0 }, details),
  );
}
