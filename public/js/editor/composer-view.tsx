/** The message box and its buttons: grows with the text, sends on Enter. */
import { useLayoutEffect, useRef } from 'preact/hooks';
import { MAX_MESSAGE_CHARS } from '../../../src/contracts/wire/sizes.ts';
import { text } from '../texts/index.js';
import { Button, IconButton } from '../ui/button.tsx';
import { byId, isComposing, isPhone } from '../ui/dom.js';
import { useKeptFocus } from '../ui/kept-focus.ts';
import { Image } from '../ui/image.tsx';
import type { Attached, Attachments } from './attachments.ts';
import type { Composer } from './composer.ts';
import type { JobFlow } from './job-flow.js';

const MAX_LINES = 6;
/** From here on the number of characters is shown. */
const COUNTED_FROM_CHARS = 18_000;

export function InputCount({ composer: { content, isTooLong } }: { composer: Composer }) {
  const { length: chars } = content.value;
  return (
    <p
      id="inputCount"
      class={`input-count${isTooLong.value ? ' is-over' : ''}`}
      role="status"
      hidden={chars < COUNTED_FROM_CHARS}
    >
      {text.inputCount(chars, MAX_MESSAGE_CHARS)}
    </p>
  );
}

export function InputField({ composer, flow }: { composer: Composer; flow: JobFlow }) {
  const { draft, input } = composer;
  useLayoutEffect(() => {
    if (input.current) fit(input.current);
  }, [draft.value]);
  const press = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || event.shiftKey || isComposing(event)) return;
    event.preventDefault();
    composer.submit();
  };
  return (
    <>
      <textarea
        ref={input}
        id="chatInput"
        class="chat-input"
        rows={1}
        value={draft.value}
        disabled={!composer.isEnabled.value}
        placeholder={text.inputPlaceholder}
        autoComplete="off"
        enterkeyhint="send"
        aria-describedby="inputCount"
        aria-invalid={composer.isTooLong.value}
        onInput={({ currentTarget }) => (draft.value = currentTarget.value)}
        onKeyDown={press}
      />
      <Buttons {...{ composer, flow }} />
    </>
  );
}

/** As high as its text, up to a number of lines. */
function fit(input: HTMLTextAreaElement): void {
  const { lineHeight, paddingTop, paddingBottom } = getComputedStyle(input);
  const frame = input.offsetHeight - input.clientHeight;
  const tallest =
    parseFloat(lineHeight) * MAX_LINES + parseFloat(paddingTop) + parseFloat(paddingBottom);
  input.style.height = 'auto';
  input.style.height = `${Math.min(input.scrollHeight, tallest) + frame}px`;
}

/** Without a connection the send button reconnects. */
function Buttons({ composer, flow }: { composer: Composer; flow: JobFlow }) {
  const place = useRef<HTMLDivElement>(null);
  const { value: link } = composer.link;
  const isAway = link === 'away';
  const { value: isStopping } = flow.isStopping;
  // A phone's keyboard stays where it is.
  useKeptFocus(place, () =>
    isPhone() ? byId('chatMessages', HTMLDivElement) : composer.input.current,
  );
  return (
    <div ref={place} class="composer-buttons">
      <Button
        id="sendButton"
        class={`button send-button ${isAway ? 'dark' : 'primary'}`}
        disabled={!isAway && (flow.awaitsAnswer || link !== 'ready')}
        icon={isAway ? 'reload' : 'send'}
        size={18}
        onClick={() => composer.submit()}
      >
        <span>{isAway ? text.reconnect : flow.isRunning ? text.queueNext : text.send}</span>
      </Button>
      <Button
        id="stopButton"
        class="button dark"
        hidden={!flow.isRunning}
        aria-busy={isStopping || undefined}
        icon="stop"
        size={18}
        onClick={() => flow.stop()}
      >
        <span>{isStopping ? text.stopping : text.stop}</span>
      </Button>
    </div>
  );
}

export function AttachmentStrip({ attachments }: { attachments: Attachments }) {
  const strip = useRef<HTMLUListElement>(null);
  const { items, uploads } = attachments;
  useKeptFocus(
    strip,
    () => strip.current?.querySelector('button') ?? byId('sendButton', HTMLButtonElement),
  );
  return (
    <ul
      ref={strip}
      id="attachmentStrip"
      class="attachment-strip"
      aria-label={text.attachmentStrip}
      hidden={attachments.isEmpty && uploads.value === 0}
    >
      {items.value.map((item, index) => (
        <Chip key={item.url} {...{ item, index, attachments }} />
      ))}
      {uploads.value > 0 && (
        <li class="attached is-working" role="status">
          {text.thumbnailUploading}
        </li>
      )}
    </ul>
  );
}

interface ChipProps {
  item: Attached;
  index: number;
  attachments: Attachments;
}

function Chip({ item, index, attachments }: ChipProps) {
  const label = `${text.attachmentOf(String(index + 1))}${item.name}`;
  const remove = (): void => attachments.remove(item);
  return (
    <li class="attached">
      <Image sources={[item.url]} alt="" width={44} height={44} />
      <span class="attached-name">{label}</span>
      <IconButton icon="close" size={16} label={text.attachmentRemove(label)} onClick={remove} />
    </li>
  );
}
