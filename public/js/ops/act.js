/** What an operator does: asked for a reason first, which the audit log keeps. */
import { ask, Refusal } from '../net/rest.js';
import { text } from '../texts/index.js';
import { confirmDialog } from '../ui/dialog.js';
import { h } from '../ui/dom.js';

const MAX_REASON_CHARS = 500;

/**
 * Asks for the reason, and posts it. Resolves with the answer; null = it was left alone.
 * @param {import('../net/session.js').Session} session
 * @param {{ path: string, iconName: import('../ui/icons.js').IconName, title: string, line: string
 * }} act
 * @returns {Promise<Response | null>}
 */
export async function doAct(session, { path, iconName, title, line }) {
  const input = h('input', {
    id: 'opsReason',
    class: 'text-input',
    maxlength: MAX_REASON_CHARS,
    autocomplete: 'off',
    autofocus: true,
  });
  /** @type {Response | null} */
  let answer = null;
  await confirmDialog({
    iconName,
    title,
    lines: [line],
    action: title,
    input,
    extra: h('div', { class: 'field' }, h('label', { for: 'opsReason' }, text.opsReason), input),
    run: async () => {
      const reason = input.value.trim();
      if (reason === '') throw new Error(text.opsReasonMissing);
      answer = await ask(session, 'POST', path, { reason }).catch(toSentence);
    },
  });
  return answer;
}

/** @param {unknown} error @returns {never} */
function toSentence(error) {
  throw new Error(error instanceof Refusal ? text.opsActRefused(error.said) : text.opsActFailed);
}
