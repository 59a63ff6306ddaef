/** The list of messages that wait, below the work that goes on. */
import { useRef } from 'preact/hooks';
import { text } from '../texts/index.js';
import { IconButton } from '../ui/button.tsx';
import { byId } from '../ui/dom.js';
import { useKeptFocus } from '../ui/kept-focus.ts';
import type { MessageQueue } from './queue.ts';

export function QueueList({ queue }: { queue: MessageQueue }) {
  const list = useRef<HTMLOListElement>(null);
  const { value: lines } = queue.lines;
  useKeptFocus(
    list,
    () => list.current?.querySelector('button') ?? byId('chatInput', HTMLTextAreaElement),
  );
  return (
    <section id="queue" class="queue" aria-label={text.queueLabel} hidden={lines.length === 0}>
      <p class="queue-title" role="status">
        {lines.length > 0 && text.queueCount(lines.length)}
      </p>
      <ol ref={list} class="queue-lines">
        {lines.map((line) => (
          <li key={line.jobId} class="queue-line">
            <span class="queue-text">{line.content}</span>
            <IconButton
              icon="close"
              size={16}
              label={text.queueRemove(line.content.slice(0, 40))}
              onClick={() => queue.remove(line)}
            />
          </li>
        ))}
      </ol>
    </section>
  );
}
