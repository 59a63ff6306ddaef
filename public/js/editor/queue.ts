/** The messages that wait for their turn, in order, from whichever tab they came. */
import { signal } from '@preact/signals';
import { text } from '../texts/index.js';
import { toast } from '../ui/toast.js';
import type { Frame } from '../types.js';

export type QueuedLine = Frame<'queueChanged'>['queue'][number];

export class MessageQueue {
  readonly lines = signal<readonly QueuedLine[]>([]);

  constructor(
    private readonly connection: { send(frame: { type: 'cancel'; jobId: string }): boolean },
  ) {}

  /** As the server has them. */
  show(lines: readonly QueuedLine[] = []): void {
    this.lines.value = lines;
  }

  /** One that was just accepted here. */
  add(line: QueuedLine): void {
    this.lines.value = [...this.without(line), line];
  }

  remove(line: QueuedLine): void {
    if (!this.connection.send({ type: 'cancel', jobId: line.jobId }))
      return toast(text.offline, { kind: 'error' });
    this.lines.value = this.without(line);
  }

  private without({ jobId }: QueuedLine): QueuedLine[] {
    return this.lines.value.filter((line) => line.jobId !== jobId);
  }
}
