/** The lines of the chat: answers, questions, and what the buttons of a line do. */
import { signal } from '@preact/signals';
import type { Requests } from '../net/requests.ts';
import { remixMade } from '../net/return-to.ts';
import type { Session } from '../net/session.js';
import { explainFailure, saidText, styleName } from '../texts/server-words.js';
import { text } from '../texts/index.js';
import type { Frame, HistoryItem, PendingQuestion, StyleOption, Version } from '../types.js';
import { toast } from '../ui/toast.js';
import { changesOfFrame, openChanges, type Changes } from './changes.js';
import { alreadySays } from './chat-lines.ts';
import type { AnswerActions, Line, LineOf, Look, NewLine, RestoreAsked } from './chat-lines.ts';
import { calledOf } from './compare.js';
import type { Composer } from './composer.ts';
import type { JobFlow } from './job-flow.js';
import type { Answer, Failure } from './job-story.ts';
import { notifyInBackground, readWhereSeen } from './notify.js';
import type { PendingMessage } from './outbox.js';
import { readAnswer } from './change-receipt.ts';
import type { Sketch } from './sketch.tsx';
import type { Versions } from './versions.ts';
import { versionOfAnswer } from './version-of-answer.js';

/** Browser and server clocks may differ by this much. */
const CLOCK_TOLERANCE_MS = 60_000;

/** What the chat uses of the page around it. */
interface Page {
  readonly projectId: string;
  readonly session: Session;
  readonly requests: Requests;
  readonly flow: JobFlow;
  readonly composer: Composer;
  readonly versions: Versions;
  readonly preview: { readonly hasGame: boolean };
  readonly sketch: Pick<Sketch, 'offer'>;
  readonly publication: { open: () => Promise<void> };
  readonly title: { readonly name: string };
  play: () => void;
  gameMade: () => void;
  loadChanges: (hash: string) => Promise<Changes>;
  /** Asks for the whole conversation again. */
  selectProject: () => void;
}

/** What a view of a line gets. */
export interface LineProps<L extends Line> {
  line: L;
  chat: Conversation;
}

export class Conversation {
  /** Oldest first; null = they are not known yet. */
  readonly lines = signal<readonly Line[] | null>(null);
  /** Where older lines begin, if there are any. */
  readonly earlier = signal<string | undefined>(undefined);
  private lastId = 0;
  private newestChanges: Frame<'geminiCode'> | null = null;
  /** What the project had when it was opened, newest first; what the newest of them has cost. */
  private versions: readonly Version[] = [];
  private lastEnding: Frame<'projectSelected'>['lastEnding'];
  private readonly dismissedKey;
  /** The title of the game that this project was remixed from a moment ago. */
  private readonly remixedTitle;

  constructor(readonly page: Page) {
    const remix = remixMade.take();
    this.remixedTitle = remix?.projectId === page.projectId ? remix.title : null;
    this.dismissedKey = `dreamcore_dismissed_${page.projectId}`;
  }

  redraw(frame: Frame<'projectSelected'>): void {
    const { history, earlier, versions, activeJob, pendingQuestion, lastFailure } = frame;
    const { flow } = this.page;
    const { pending } = flow.outbox;
    this.versions = versions;
    this.lastEnding = frame.lastEnding;
    this.earlier.value = earlier;
    const newestAnswer = history.findLast(({ role }) => role === 'assistant');
    this.lines.value = this.past(history, newestAnswer);
    // A reconnect draws the lines anew, and the notice is none of the history.
    if (this.remixedTitle !== null && !history.some(({ role }) => role === 'user'))
      this.showNote(text.remixReady(this.remixedTitle), null);
    if (pendingQuestion?.type === 'look' && (activeJob || versions.length > 0))
      this.showLook(pendingQuestion);
    // Beside a job it may have to wait.
    if (pending && !activeJob && !wasHeard(pending, history))
      this.showUser(pending.frame.content, pending.shown);
    if (pending || activeJob) return;
    if (lastFailure) {
      const { error: message, content, ...coded } = lastFailure;
      this.showFailure({ ...coded, message }, flow.sendingAgain(content));
    }
    if (pendingQuestion) this.ask(pendingQuestion);
  }

  async loadEarlier(): Promise<void> {
    const { value: before } = this.earlier;
    if (before === undefined) return;
    const { projectId, requests } = this.page;
    const page = await requests
      .ask({ type: 'getHistory', projectId, before }, 'historyPage', {
        where: (frame) => frame.projectId === projectId,
      })
      .catch(() => null);
    if (!page) return toast(text.earlierFailed);
    if (this.earlier.value !== before) return;
    this.earlier.value = page.earlier ?? undefined;
    this.lines.value = [...this.past(page.history), ...this.drawn];
  }

  /** `said` as sent, `shown` as drawn. */
  showUser(said: string, shown: string): Line {
    sessionStorage.removeItem(this.dismissedKey);
    return this.add({ role: 'user', said: said.trim(), shown });
  }

  begun(line: Line, jobId: string): void {
    if (line.role === 'user') this.alter({ ...line, jobId });
  }

  showBegun({ frame, shown }: PendingMessage, job: { jobId: string; isExisting: boolean }): void {
    const { jobId, isExisting } = job;
    const known = isExisting ? alreadySays(this.drawn, 'user', frame.content) : null;
    // Lines of the history name no job; any other line is of another message of the same words.
    if (known?.role === 'user' && (known.jobId ?? jobId) === jobId) return;
    this.begun(this.showUser(frame.content, shown), jobId);
  }

  /** It was refused, or waits. */
  remove(line: Line): void {
    this.lines.value = this.drawn.filter(({ id }) => id !== line.id);
  }

  showAnswer(
    { body, suggestions, changedFiles, change = null, ending = {} }: Answer,
    at?: string,
  ): void {
    const frame = changedFiles ? this.newestChanges : null;
    const changes = frame && changesOfFrame(frame);
    const actions: AnswerActions = {
      onPlay: changedFiles || this.page.preview.hasGame ? this.play : undefined,
      onChanges: changes ? () => openChanges(() => Promise.resolve(changes)) : undefined,
      onPublish: changedFiles ? this.publish : undefined,
    };
    const known = alreadySays(this.drawn, 'assistant', body, at);
    if (known && at !== undefined) this.alter({ ...known, at });
    else if (!known) {
      const suggested = suggestions.length > 0 ? suggestions : (frame?.suggestions ?? []);
      this.add(answerLine(body, suggested, { actions, made: ending, change }), at);
    } else if (changedFiles && known.role === 'assistant')
      this.alter({
        ...known,
        actions: { ...actions, onChanges: known.actions.onChanges ?? actions.onChanges },
        made: { ...known.made, ...ending },
        change: known.change ?? change,
      });
    if (!changedFiles) return;
    this.newestChanges = null;
    this.page.gameMade();
  }

  /** A line that was written elsewhere. */
  showLine(line: HistoryItem): void {
    const { role, content, timestamp } = line;
    if (role === 'user') this.showUser(content, content);
    else if (role === 'system') this.showNote(this.noteOf(line), null);
    else this.showAnswer({ ...readAnswer(content, line), changedFiles: false }, timestamp);
  }

  /** The newest message of the person, in whichever tab it was written; '' = there is none. */
  get lastSaid(): string {
    const newest = this.drawn.findLast(({ role }) => role === 'user');
    return newest?.role === 'user' ? newest.said : '';
  }

  /** Names the version of a restore. */
  private noteOf(line: Omit<HistoryItem, 'timestamp'>): string {
    if (line.code !== 'VERSION_RESTORED') return saidText(line.content, line);
    const { version } = line.params ?? {};
    return this.restoredTo(typeof version === 'string' ? version : '');
  }

  /** `hash` of a version, or its beginning. */
  restoredTo(hash: string): string {
    const version = [...this.page.versions.known.value, ...this.versions].find(
      ({ id }) => hash !== '' && (hash.startsWith(id) || id.startsWith(hash)),
    );
    return text.restoredTo(version ? calledOf(version) : null);
  }

  showNote(content: string, again: (() => void) | null): void {
    this.add({ role: 'system', content, again });
  }

  /** `again` sends the message once more, and answers whether it was sent. */
  showFailure(failure: Failure, again: (() => boolean) | null = null): void {
    this.add({ role: 'error', ...explainFailure(failure), again });
  }

  retry(line: LineOf<'error'>): void {
    if (line.again?.()) this.alter({ ...line, again: null });
  }

  keepChanges(frame: Frame<'geminiCode'>): void {
    this.newestChanges = frame;
  }

  readAgain(): void {
    this.page.selectProject();
  }

  notify(outcome: 'done' | 'failed', jobId?: string): void {
    void notifyInBackground(outcome, this.page.title.name);
    if (outcome === 'done' && jobId !== undefined) readWhereSeen(this.page.session, jobId);
  }

  /** What was chosen for the game, below all other lines, once; its sketch where no game is. */
  showLook({ dimension, styleId, styles, sketch }: Look): void {
    if (sketch !== undefined && !this.page.preview.hasGame) this.page.sketch.offer(sketch);
    this.lines.value = this.drawn.filter(({ role }) => role !== 'look');
    this.add({ role: 'look', dimension, styleId, styles });
  }

  /** Changes it by a message like any other, also while the game is made. */
  pickStyle({ dimension }: Look, style: StyleOption): void {
    const selectedStyle = { dimension, styleId: style.id };
    this.page.flow.submit({ content: text.makeStyle(styleName(style)), selectedStyle });
  }

  pickDimension(dimension: string): void {
    this.page.flow.submit({ content: text.makeDimension(dimension.toUpperCase()) });
  }

  askRestore({ message, confirmLabel, cancelLabel }: RestoreAsked): void {
    if (alreadySays(this.drawn, 'assistant', message)) return;
    const said = message.trim();
    this.add({ role: 'restore', said, confirmLabel, cancelLabel, isAnswered: false });
  }

  answerRestore(line: LineOf<'restore'>, isWanted: boolean): void {
    this.alter({ ...line, isAnswered: true });
    if (isWanted) return void this.restorePrevious();
    sessionStorage.setItem(this.dismissedKey, line.said);
    this.showNote(text.cancelledByUser, null);
  }

  private async restorePrevious(): Promise<void> {
    const start = (message: string): void => this.showNote(text.restoringPrevious(message), null);
    try {
      const isFound = await this.page.versions.restorePrevious(start);
      if (!isFound) this.showNote(text.noPrevious, null);
    } catch (error) {
      this.showFailure({ message: error instanceof Error ? error.message : '' });
    }
  }

  /** A question that outlived a reload. */
  private ask(question: PendingQuestion): void {
    if (question.type === 'style') {
      // Another client was asked: here nothing is, and the message may go as it is.
      this.page.composer.giveBack(question.originalMessage);
    } else if (question.type === 'restore') {
      if (sessionStorage.getItem(this.dismissedKey) !== question.message.trim())
        this.askRestore(question);
    }
  }

  private past(history: readonly HistoryItem[], newestAnswer?: HistoryItem): readonly Line[] {
    return history.flatMap((item) => {
      const line = this.pastLine(item, item === newestAnswer);
      if (!item.failure) return this.named(line, item.timestamp);
      const { error: message, ...coded } = item.failure;
      const failure = { ...explainFailure({ ...coded, message }), again: null };
      return [line, { role: 'error' as const, ...failure }].map((each) =>
        this.named(each, item.timestamp),
      );
    });
  }

  private pastLine(item: HistoryItem, isNewestAnswer: boolean): NewLine {
    const { role, content, timestamp } = item;
    if (role === 'user') return { role, said: content.trim(), shown: content };
    if (role === 'system') return { role, content: this.noteOf(item), again: null };
    const { body, suggestions, change } = readAnswer(content, item);
    const version = versionOfAnswer(timestamp, this.versions);
    const isPlayable = isNewestAnswer && this.page.preview.hasGame;
    return answerLine(body, suggestions, {
      actions: {
        onPlay: isPlayable ? this.play : undefined,
        onChanges: version && (() => openChanges(() => this.page.loadChanges(version.hash))),
        onPublish: isPlayable && version ? this.publish : undefined,
      },
      made: isNewestAnswer && version ? { ...version, ...this.lastEnding } : {},
      change,
    });
  }

  private readonly play = (): void => this.page.play();
  private readonly publish = (): void => void this.page.publication.open();

  private get drawn(): readonly Line[] {
    return this.lines.value ?? [];
  }

  private named(line: NewLine, at?: string): Line {
    return { ...line, id: (this.lastId += 1), at };
  }

  private add(line: NewLine, at?: string): Line {
    const named = this.named(line, at);
    this.lines.value = [...this.drawn, named];
    return named;
  }

  private alter(changed: Line): void {
    this.lines.value = this.drawn.map((line) => (line.id === changed.id ? changed : line));
  }
}

function answerLine(
  body: string,
  suggestions: readonly string[],
  parts: Partial<Pick<LineOf<'assistant'>, 'actions' | 'made' | 'change'>> = {},
): NewLine {
  const { actions = {}, made = {}, change = null } = parts;
  return { role: 'assistant', said: body.trim(), suggestions, actions, made, change };
}

/** Is the message already in the history, though its answer got lost? */
function wasHeard({ frame, sentAt }: PendingMessage, history: readonly HistoryItem[]): boolean {
  return history
    .slice(-4)
    .some(
      ({ role, content, timestamp }) =>
        role === 'user' &&
        content.trim() === frame.content.trim() &&
        new Date(timestamp).getTime() > sentAt - CLOCK_TOLERANCE_MS,
    );
}
