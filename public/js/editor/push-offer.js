/** 「できたら知らせる」: offered while a game is being made, and asked by a tap alone. */
import { keepPush, pushState, startPush } from '../net/push.js';
import { text } from '../texts/index.js';
import { h } from '../ui/dom.js';
import { toast } from '../ui/toast.js';

/**
 * A line that is empty where nothing can be offered. @param {import('../net/session.js').Session}
 * session @returns {HTMLElement}
 */
export function pushOffer(session) {
  const said = h('span', { role: 'status' });
  const button = h(
    'button',
    { type: 'button', class: 'link-button', hidden: true },
    text.pushOffer,
  );
  /** @param {import('../net/push.js').PushState} state */
  const show = (state) => {
    button.hidden = state !== 'off';
    said.textContent = state === 'on' ? text.pushWillTell : '';
  };
  button.addEventListener('click', () => void accept(session, button, show, said));
  void pushState().then(
    (state) => {
      show(state);
      if (state === 'on') void keepPush(session);
    },
    () => {
      /* nothing is offered */
    },
  );
  return h('span', { class: 'push-offer' }, said, button);
}

/**
 * @param {import('../net/session.js').Session} session @param {HTMLButtonElement} button @param
 * {(state: import('../net/push.js').PushState) => void} show @param {HTMLElement} said
 */
async function accept(session, button, show, said) {
  button.disabled = true;
  try {
    const state = await startPush(session);
    show(state);
    if (state === 'denied') said.textContent = text.pushDenied;
  } catch {
    toast(text.pushFailed, { kind: 'error' });
  } finally {
    button.disabled = false;
  }
}
