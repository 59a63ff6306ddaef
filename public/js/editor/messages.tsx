/** The list of lines: draws them, and keeps the newest in view. */
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { text } from '../texts/index.js';
import { BusyButton } from '../ui/button.tsx';
import { useKeptFocus } from '../ui/kept-focus.ts';
import { Bubble } from './bubbles.tsx';
import { changeOf, type Line } from './chat-lines.ts';
import type { Conversation } from './conversation.ts';
import { EndOfList } from './end-of-list.ts';
import { Welcome } from './welcome.tsx';

export function Messages({ chat }: { chat: Conversation }) {
  const { value: lines } = chat.lines;
  if (lines === null) return <div id="chatMessages" class="chat-messages" />;
  return (
    <Log lines={lines}>
      {chat.earlier.value !== undefined && (
        <BusyButton key="earlier" class="button earlier-lines" run={() => chat.loadEarlier()}>
          {text.loadEarlier}
        </BusyButton>
      )}
      {lines.length === 0 && <Welcome onChoose={(request) => chat.page.composer.write(request)} />}
      {lines.map((line) => (
        <Bubble key={line.id} {...{ line, chat }} />
      ))}
    </Log>
  );
}

/** What is drawn anew, and earlier lines, are not read aloud. */
function Log({ lines, children }: { lines: readonly Line[]; children: ComponentChildren }) {
  const list = useRef<HTMLDivElement>(null);
  const end = useMemo(() => new EndOfList(list), []);
  /** What stood here in the last frame. */
  const settled = useSignal<readonly Line[] | null>(null);
  const change = changeOf(settled.value, lines);
  const heightBefore = (change === 'earlier' && list.current?.scrollHeight) || 0;
  useKeptFocus(list, () => list.current);
  useLayoutEffect(() => {
    end.watch();
    if (change === 'earlier') end.stay(heightBefore);
    else if (change !== 'altered') end.reach();
    const frame = window.requestAnimationFrame(() => {
      if (change === 'redrawn') end.reach();
      settled.value = lines;
    });
    return () => window.cancelAnimationFrame(frame);
  }, [lines]);
  return (
    <div
      ref={list}
      id="chatMessages"
      class={`chat-messages${change === 'redrawn' ? ' is-still' : ''}`}
      role="log"
      aria-live={change === 'redrawn' || change === 'earlier' ? 'off' : 'polite'}
      aria-label={text.chatLabel}
      tabIndex={0}
      onScroll={end.scrolled}
    >
      {children}
    </div>
  );
}
