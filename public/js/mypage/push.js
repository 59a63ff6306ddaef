/** The switch of this browser's notifications; hidden where there are none, or the user refused. */
import { keepPush, pushState, startPush, stopPush } from '../net/push.js';
import { text } from '../texts/index.js';
import { byId } from '../ui/dom.js';
import { toast } from '../ui/toast.js';

/** @param {import('../net/session.js').Session} session */
export async function wirePush(session) {
  const button = byId('pushButton', HTMLButtonElement);
  const label = byId('pushLabel', HTMLSpanElement);
  let isOn = false;
  /** @param {import('../net/push.js').PushState} state */
  const show = (state) => {
    isOn = state === 'on';
    button.hidden = state === 'none' || state === 'denied';
    label.textContent = isOn ? text.pushStop : text.pushStart;
  };
  button.addEventListener('click', async () => {
    button.disabled = true;
    try {
      if (isOn) await stopPush(session);
      else if ((await startPush(session)) === 'denied') toast(text.pushDenied);
    } catch {
      toast(text.pushFailed, { kind: 'error' });
    }
    button.disabled = false;
    show(await pushState());
  });
  try {
    const state = await pushState();
    show(state);
    if (state === 'on') await keepPush(session);
  } catch {
    /* without a switch */
  }
}
