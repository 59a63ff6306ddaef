/** The chat: its lines, the work that goes on, and the message that is being written. */
import { render } from 'preact';
import type { Session } from '../net/session.js';
import { byId } from '../ui/dom.js';
import { AttachmentStrip, InputCount, InputField } from './composer-view.tsx';
import type { Composer } from './composer.ts';
import type { Conversation } from './conversation.ts';
import type { JobFlow } from './job-flow.js';
import { LiveBox } from './live-box.tsx';
import { Messages } from './messages.tsx';
import { QueueList } from './queue-view.tsx';
import type { Sketch } from './sketch.tsx';

interface Chat {
  conversation: Conversation;
  composer: Composer;
  flow: JobFlow;
  session: Session;
  sketch: Sketch;
}

/** Draws the chat into its places, where the page already has what the first paint shows of it. */
export function drawChat({ conversation, composer, flow, session, sketch }: Chat): void {
  render(<Messages chat={conversation} />, byId('chatPlace', HTMLDivElement));
  render(
    <>
      <LiveBox {...{ flow, session, sketch }} />
      <QueueList queue={flow.queue} />
      <InputCount composer={composer} />
    </>,
    byId('workPlace', HTMLDivElement),
  );
  render(
    <AttachmentStrip attachments={composer.attachments} />,
    byId('attachmentPlace', HTMLDivElement),
  );
  render(<InputField {...{ composer, flow }} />, byId('inputPlace', HTMLDivElement));
}
