/** What a guest has to know of his game, and the way to keep it. */
import { rememberThisPage, SIGN_IN_PAGE } from '../net/return-to.ts';
import { text } from '../texts/index.js';

export function GuestLine() {
  return (
    <aside class="guest-line" aria-label={text.guestName}>
      <p>{text.guestLine}</p>
      <a class="button compact" href={SIGN_IN_PAGE} onClick={rememberThisPage}>
        {text.guestKeep}
      </a>
    </aside>
  );
}
