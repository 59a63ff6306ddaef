/**
 * What goes out with the next message: numbered images and sounds above the input. They are kept
 * like the draft, and come back with a message that failed.
 */
import { effect, signal } from '@preact/signals';
import { slot } from '../net/slot.ts';
import { splitAttachments } from './user-text.js';

export interface Attached {
  name: string;
  url: string;
}

/** What would end the line of an attachment. */
const UNSAFE_IN_NAMES = /[「」\r\n]/g;

export class Attachments {
  readonly items;
  /** Files on their way. */
  readonly uploads = signal(0);

  constructor(projectId: string) {
    const kept = slot<readonly Partial<Attached>[]>(`dreamcore_attachments_${projectId}`);
    this.items = signal<readonly Attached[]>((kept.read() ?? []).filter(isWhole));
    effect(() => kept.put(this.items.value));
  }

  get isEmpty(): boolean {
    return this.items.value.length === 0;
  }

  add(...items: readonly Attached[]): void {
    const known = new Set(this.items.value.map(({ url }) => url));
    this.items.value = [...this.items.value, ...items.filter(({ url }) => !known.has(url))];
  }

  remove(item: Attached): void {
    this.items.value = this.items.value.filter((each) => each !== item);
  }

  /** Counts a file as on its way until the work is done, whose failure the caller shows. */
  async during(work: Promise<unknown>): Promise<void> {
    this.uploads.value += 1;
    await Promise.allSettled([work]);
    this.uploads.value -= 1;
  }

  /** The message as it is sent: a line for each, then the words. */
  compose(words: string): string {
    const lines = this.items.value.map(
      ({ name, url }, index) =>
        `${index + 1}：画像「${name.replace(UNSAFE_IN_NAMES, ' ')}」を使用: ${url}`,
    );
    return [...lines, words].join('\n').trim();
  }

  /** Takes the lines of attachments out of a message that came back; returns its words. */
  takeFrom(content: string): string {
    const { attachments, body } = splitAttachments(content);
    this.add(...attachments.flatMap(({ name, url }) => (url === null ? [] : [{ name, url }])));
    return body;
  }
}

const isWhole = (kept: Partial<Attached>): kept is Attached =>
  typeof kept.name === 'string' && typeof kept.url === 'string';
