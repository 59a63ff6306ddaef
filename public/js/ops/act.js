/** What an operator does: asked for a reason first, which the audit log keeps. */
import { ask, Refusal } from '../net/rest.js';
import { text } from '../texts/index.js';
import { confirmDialog } from '../ui/dialog.js';
import { labelled, selectOf } from '../ui/dom.js';

const MAX_REASON_CHARS = 500;

/**
 * Asks for the reason, and posts it. Resolves with the answer; null = it was left alone.
 * @param {import('../net/session.js').Session} session
 * @param {{ path: string, iconName: import('../ui/icons.js').IconName, title: string, line: string,
 * choice?: { name: string, label: string, options: [value: string, words: string][] } }} act
 * `choice` is asked beside the reason, and posted under its name
 * @returns {Promise<Response | null>}
 */
export async function doAct(session, { path, iconName, title, line, choice }) {
  const select = choice && selectOf({ id: 'opsChoice' }, choice.options);
  /** @type {Response | null} */
  let answer = null;
  await confirmDialog({
    iconName,
    title,
    lines: [line],
    action: title,
    field: { label: text.opsReason, input: { id: 'opsReason', maxlength: MAX_REASON_CHARS } },
    extra: select && labelled(select, choice.label),
    run: async (reason) => {
      if (reason === '') throw new Error(text.opsReasonMissing);
      const sent = select ? { reason, [choice.name]: select.value } : { reason };
      answer = await ask(session, 'POST', path, sent).catch(toSentence);
    },
  });
  return answer;
}

/** @param {unknown} error @returns {never} */
function toSentence(error) {
  throw new Error(error instanceof Refusal ? text.opsActRefused(error.said) : text.opsActFailed);
}
