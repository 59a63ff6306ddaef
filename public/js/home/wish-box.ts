/** The wish that a visitor writes on the first page, and the way from it to a game. */
import { signal } from '@preact/signals';
import { createRef } from 'preact';
import { MAX_CHARS } from '../editor/composer.ts';
import { keepWish, keptWish, SIGN_IN_PAGE, takeRememberedPage } from '../net/return-to.js';
import { text } from '../texts/index.js';

export class WishBox {
  /** What was written before stands there again. */
  readonly content = signal(keptWish() ?? '');
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

  /** Keeps the wish and leads on: its project is made behind the sign-in. */
  submit(): void {
    const content = this.content.value.trim();
    if (this.isBusy.value) return;
    if (content === '') return this.input.current?.focus();
    this.problem.value = content.length > MAX_CHARS ? text.inputTooLong : null;
    if (this.problem.value !== null) return;
    this.isBusy.value = true;
    keepWish(content);
    // The wish leads on from the sign-in, no page that was left before.
    takeRememberedPage();
    location.assign(SIGN_IN_PAGE);
  }
}
