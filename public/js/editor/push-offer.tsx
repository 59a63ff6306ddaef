/** 「できたら知らせる」: offered while a game is being made, and asked by a tap alone. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { keepPush, pushState, startPush, type PushState } from '../net/push.js';
import type { Session } from '../net/session.js';
import { text } from '../texts/index.js';
import { BusyButton } from '../ui/button.tsx';
import { toast } from '../ui/toast.js';

/** A line that is empty where nothing can be offered. */
export function PushOffer({ session }: { session: Session }) {
  const state = useSignal<PushState>('none');
  useEffect(() => {
    // Without an answer nothing is offered.
    const found = pushState().catch(() => 'none' as const);
    void found.then((present) => {
      // A refusal is shown after a tap alone.
      if (present !== 'denied') state.value = present;
      if (present === 'on') void keepPush(session);
    });
  }, []);
  const accept = async (): Promise<void> => {
    try {
      state.value = await startPush(session);
    } catch {
      toast(text.pushFailed, { kind: 'error' });
    }
  };
  const said = { on: text.pushWillTell, denied: text.pushDenied, off: '', none: '' };
  return (
    <span class="push-offer">
      <span role="status">{said[state.value]}</span>
      <BusyButton class="link-button" hidden={state.value !== 'off'} run={accept}>
        {text.pushOffer}
      </BusyButton>
    </span>
  );
}
