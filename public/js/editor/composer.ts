/** The message that is being written: keeps its draft, sends it, takes it back. */
import { computed, effect, signal } from '@preact/signals';
import { createRef } from 'preact';
import { MAX_MESSAGE_CHARS } from '../../../src/contracts/wire/sizes.ts';
import { text } from '../texts/index.js';
import { toast } from '../ui/toast.js';
import type { Attachments } from './attachments.ts';

interface Actions {
  onSend: (content: string) => void;
  onReconnect: () => void;
}

export class Composer {
  readonly draft;
  readonly link = signal<'waiting' | 'ready' | 'away'>('waiting');
  /** Known project: from now on one may write, also while the connection is away. */
  readonly isEnabled = signal(false);
  /** The message as it would be sent. */
  readonly content = computed(() => this.attachments.compose(this.draft.value.trim()));
  readonly isTooLong = computed(() => this.content.value.length > MAX_MESSAGE_CHARS);
  readonly input = createRef<HTMLTextAreaElement>();

  constructor(
    projectId: string,
    readonly attachments: Attachments,
    private readonly actions: Actions,
  ) {
    const key = `dreamcore_draft_${projectId}`;
    this.draft = signal(sessionStorage.getItem(key) ?? '');
    effect(() => sessionStorage.setItem(key, this.draft.value));
  }

  ready(): void {
    this.isEnabled.value = true;
    this.link.value = 'ready';
  }

  /** Sends the message; without a connection it is asked for one. */
  submit(): void {
    const { value: content } = this.content;
    if (this.link.value === 'away') return this.actions.onReconnect();
    if (this.attachments.uploads.value > 0) return toast(text.attachmentBusy);
    if (this.link.value !== 'ready' || content === '') return;
    if (this.isTooLong.value) return toast(text.inputTooLong, { kind: 'error' });
    this.actions.onSend(content);
  }

  /** Puts a text into an empty box; text of the user is never overwritten. */
  giveBack(content: string): void {
    if (this.draft.value.trim() !== '' || !this.attachments.isEmpty) return;
    this.draft.value = this.attachments.takeFrom(content);
  }

  /** It was sent after all: empties the box if nothing else stands there. */
  takeBack(content: string): void {
    if (this.content.value === content.trim()) this.clear();
  }

  write(content: string): void {
    this.draft.value = content;
    const { current: input } = this.input;
    if (!input) return;
    input.value = content;
    input.focus();
    input.setSelectionRange(content.length, content.length);
  }

  /** Joins a suggestion to what stands there. */
  add(suggestion: string): void {
    const present = this.draft.value.trim();
    this.write(present === '' ? suggestion : `${present}${text.comma}${suggestion}`);
  }

  clear(): void {
    this.attachments.items.value = [];
    this.draft.value = '';
  }
}
