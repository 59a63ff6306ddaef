/** The wish that a visitor writes on the first page, and the way from it to a game. */
import { signal } from '@preact/signals';
import { createRef } from 'preact';
import { MAX_MESSAGE_CHARS } from '../../../src/contracts/wire/sizes.ts';
import { readConfig } from '../net/config.js';
import { Connection } from '../net/connection.ts';
import { newGame } from '../net/new-game.ts';
import { Requests } from '../net/requests.ts';
import { SIGN_IN_PAGE, takeRememberedPage, wishKept } from '../net/return-to.ts';
import { guestSession, knownSession, type Session } from '../net/session.js';
import { text } from '../texts/index.js';
import type { ConnectionState } from '../types.js';

export class WishBox {
  /** What was written before stands there again. */
  readonly content = signal(wishKept.read() ?? '');
  readonly isBusy = signal(false);
  /** Why the wish could not be begun. */
  readonly problem = signal<string | null>(null);
  readonly input = createRef<HTMLTextAreaElement>();

  /** Puts an example into the box. */
  write(request: string): void {
    this.content.value = request;
    const { current: input } = this.input;
    if (!input) return;
    input.value = request;
    input.focus();
    input.setSelectionRange(request.length, request.length);
  }

  /** Keeps the wish and leads on to its game: as a guest, else over the sign-in. */
  async submit(): Promise<void> {
    const content = this.content.value.trim();
    if (this.isBusy.value) return;
    if (content === '') return this.input.current?.focus();
    this.problem.value = content.length > MAX_MESSAGE_CHARS ? text.inputTooLong : null;
    if (this.problem.value !== null) return;
    this.isBusy.value = true;
    wishKept.put(content);
    // The wish leads on from the sign-in, no page that was left before.
    takeRememberedPage();
    try {
      if (!(await this.beginAsGuest())) location.assign(SIGN_IN_PAGE);
    } catch (error) {
      this.problem.value = sentenceFor(error);
      this.isBusy.value = false;
    }
  }

  /** Resolves to false where the server takes no guests; rejects when it could not be done now. */
  private async beginAsGuest(): Promise<boolean> {
    if (!(await readConfig()).guests) return false;
    try {
      const session = (await knownSession()) ?? (await guestSession());
      // The list tries again, and shows why it cannot.
      await openGame(session).catch(() => location.assign('/create'));
      return true;
    } catch (error) {
      if (refusalIn(error).code === 'anonymous_provider_disabled') return false;
      throw error;
    }
  }
}

/** Over a connection for this one project. */
function openGame(session: Session): Promise<void> {
  return new Promise((resolve, reject) => {
    const requests = new Requests((frame) => connection.send(frame));
    const onState = (state: ConnectionState): void => {
      if (state === 'ready') newGame(requests).then(resolve, reject);
      if (state === 'closed') reject(new Error(text.offline));
    };
    const connection = new Connection(
      session,
      { onFrame: (frame) => void requests.take(frame), onState },
      1,
    );
    connection.connect();
  });
}

/** Code and HTTP status of the SDK's errors. */
const refusalIn = (error: unknown) => error as { code?: string; status?: number };

function sentenceFor(error: unknown): string {
  if (refusalIn(error).status === 429) return text.wishTooMany;
  return navigator.onLine ? text.wishFailed : text.wishOffline;
}
