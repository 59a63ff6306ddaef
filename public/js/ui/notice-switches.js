/** What a user is notified of: a switch for each event, kept as soon as it is pressed. */
import { ask, failureText, get } from '../net/rest.js';
import { text } from '../texts/index.js';
import { h } from './dom.js';
import { toast } from './toast.js';

const EVENTS = /** @type {const} */ ([
  ['ended', text.noticesOfEnds],
  ['played', text.noticesOfPlays],
  ['liked', text.noticesOfLikes],
  ['remixed', text.noticesOfRemixes],
]);

/**
 * A closed list of switches; what is switched off is read when it is opened.
 * @param {import('../net/session.js').Session} session
 */
export function noticeSwitches(session) {
  const boxes = EVENTS.map(([event]) =>
    h('input', { type: 'checkbox', value: event, disabled: true }),
  );
  const list = h(
    'details',
    { class: 'notices-switches' },
    h('summary', {}, text.noticesSwitches),
    boxes.map((box, at) => h('label', {}, box, EVENTS[at]?.[1] ?? '')),
  );
  /** @param {readonly string[]} muted */
  const show = (muted) => {
    for (const box of boxes) {
      box.checked = !muted.includes(box.value);
      box.disabled = false;
    }
  };
  list.addEventListener('toggle', async () => {
    if (!list.open) return;
    try {
      show((await (await get(session, '/api/notifications/settings')).json()).muted);
    } catch (error) {
      toast(failureText(error, text.noticesFailed), { kind: 'error' });
    }
  });
  for (const box of boxes)
    box.addEventListener('change', async () => {
      const muted = boxes.filter(({ checked }) => !checked).map(({ value }) => value);
      try {
        await ask(session, 'PUT', '/api/notifications/settings', { muted });
      } catch (error) {
        box.checked = !box.checked;
        toast(failureText(error, text.noticesNotSaved), { kind: 'error' });
      }
    });
  return list;
}
