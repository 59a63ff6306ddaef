/** The kinds of lines, as bubbles. */
import { text } from '../texts/index.js';
import { Button } from '../ui/button.tsx';
import { Icon } from '../ui/icon.tsx';
import { Image } from '../ui/image.tsx';
import { ChangeLost, ChangeView } from './change-view.tsx';
import type { Line, LineOf } from './chat-lines.ts';
import type { LineProps } from './conversation.ts';
import { Foldable } from './foldable.tsx';
import { LookCard } from './look-card.tsx';
import { MadeVersion } from './made-version.tsx';
import { markdown, plain } from './markdown.tsx';
import { told } from './told.tsx';
import { isRepairRequest, splitAttachments } from './user-text.js';

/** Longer texts are folded; an answer is read, and rarely so long. */
const USER_LINES = 12;
const ANSWER_LINES = 60;

export function Bubble({ line, chat }: LineProps<Line>) {
  switch (line.role) {
    case 'user':
      return <UserBubble shown={line.shown} />;
    case 'assistant':
      return <AnswerBubble {...{ line, chat }} />;
    case 'look':
      return <LookCard {...{ line, chat }} />;
    case 'restore':
      return <RestoreQuestion {...{ line, chat }} />;
    case 'system':
      return <SystemBubble {...line} />;
    case 'error':
      return <ErrorBubble {...{ line, chat }} />;
  }
}

/** Attachments become thumbnails, a repair request one short line. */
function UserBubble({ shown }: { shown: string }) {
  const { attachments, body } = splitAttachments(shown);
  if (isRepairRequest(shown))
    return (
      <div class="message user">
        <p>{text.autoFixRequest}</p>
        <Details>{shown}</Details>
      </div>
    );
  return (
    <div class="message user">
      {attachments.length > 0 && (
        <div class="attachments">
          {attachments.map(({ number, name, url }) => (
            <figure key={number} class="attachment">
              <Image sources={[url]} alt="" loading="lazy" />
              <figcaption>{`${text.attachmentOf(number)}${name}`}</figcaption>
            </figure>
          ))}
        </div>
      )}
      <Foldable source={body} maxLines={USER_LINES} draw={plain} />
    </div>
  );
}

function AnswerBubble({ line, chat }: LineProps<LineOf<'assistant'>>) {
  const { said, suggestions, actions, made, change } = line;
  const buttons = [
    ['primary compact play-game-btn', 'play', text.playGame, actions.onPlay],
    ['compact changes-btn', 'file', text.viewChanges, actions.onChanges],
    ['compact show-everyone-btn', 'publish', text.showEveryone, actions.onPublish],
  ] as const;
  return (
    <div class="message assistant">
      {change && <ChangeLost lost={change.lost} />}
      <div class="markdown">
        <Foldable source={said} maxLines={ANSWER_LINES} draw={markdown} />
      </div>
      {change && <ChangeView {...change} projectId={chat.page.projectId} />}
      <MadeVersion {...made} />
      {suggestions.length > 0 && (
        <div class="suggestions">
          {suggestions.map((suggestion) => (
            <Button
              key={suggestion}
              class="suggestion-btn"
              onClick={() => chat.page.composer.add(suggestion)}
            >
              {suggestion}
            </Button>
          ))}
        </div>
      )}
      {buttons.some(([, , , run]) => run) && (
        <div class="answer-actions">
          {buttons.map(
            ([look, icon, label, run]) =>
              run && (
                <Button key={look} class={`button ${look}`} icon={icon} onClick={run}>
                  {label}
                </Button>
              ),
          )}
        </div>
      )}
    </div>
  );
}

/** A question with two answers; the first is the red one. */
function RestoreQuestion({ line, chat }: LineProps<LineOf<'restore'>>) {
  const answers = [
    ['primary compact restore-confirm-btn', text.restoreYes(line.confirmLabel), true],
    ['compact restore-cancel-btn', text.restoreNo(line.cancelLabel), false],
  ] as const;
  return (
    <div class="message assistant">
      <div class="markdown">{markdown(line.said)}</div>
      <div class="answer-actions">
        {answers.map(([look, label, isWanted]) => (
          <Button
            key={look}
            class={`button ${look}`}
            disabled={line.isAnswered}
            onClick={() => chat.answerRestore(line, isWanted)}
          >
            {label}
          </Button>
        ))}
      </div>
    </div>
  );
}

function SystemBubble({ content, again }: LineOf<'system'>) {
  return (
    <div class="message system">
      <span>
        <Foldable source={content} maxLines={USER_LINES} draw={told} />
      </span>
      {again && (
        <Button class="link-button" onClick={again}>
          {text.backToInput}
        </Button>
      )}
    </div>
  );
}

function ErrorBubble({ line, chat }: LineProps<LineOf<'error'>>) {
  return (
    <div class="message error">
      <Icon name="alert" size={18} />
      <div class="error-body">
        <p>{text.errorIs(line.sentence)}</p>
        {line.details !== null && <Details>{line.details}</Details>}
        {line.again && (
          <Button class="link-button" onClick={() => chat.retry(line)}>
            {text.retry}
          </Button>
        )}
      </div>
    </div>
  );
}

function Details({ children }: { children: string }) {
  return (
    <details class="folded">
      <summary>{text.details}</summary>
      <pre tabIndex={0}>{children}</pre>
    </details>
  );
}
