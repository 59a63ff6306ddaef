/** The lines of the chat, and the actions of their buttons. */
import { explainFailure, saidText, styleName } from '../texts/server-words.js';
import { text } from '../texts/index.js';
import { h } from '../ui/dom.js';
import { toast } from '../ui/toast.js';
import { dimensionAnswer, isDimensionAnswer, splitSuggestions } from './answer-text.js';
import {
  addAnswerActions,
  assistantBubble,
  choiceBubble,
  dimensionQuestion,
  errorBubble,
  systemBubble,
  userBubble,
} from './bubbles.js';
import { changesOfFrame, openChanges } from './changes.js';
import { ChatLog } from './chat-log.js';
import { calledOf } from './compare.js';
import { addMadeVersion } from './made-version.js';
import { notifyInBackground } from './notify.js';
import { stylePicker } from './style-picker.js';
import { versionOfAnswer } from './version-of-answer.js';
import { welcome } from './welcome.js';

/** Browser and server clocks may differ by this much. */
const CLOCK_TOLERANCE_MS = 60_000;

/** @typedef {import('../types.js').Version} Version */
/** @typedef {import('../types.js').PendingQuestion} PendingQuestion */
/** @typedef {import('../types.js').HistoryItem} HistoryItem */
/**
 * @template {import('../types.js').ServerFrame['type']} T @typedef {import('../types.js').Frame<T>}
 * Frame
 */

/**
 * @typedef {object} Doings what the chat asks of the page around it
 * @property {import('./job-flow.js').JobFlow['submit']} submit
 * @property {(text: string) => void} writeToInput
 * @property {(text: string) => void} addToInput
 * @property {() => void} play
 * @property {() => void} publish
 * @property {() => boolean} hasGame
 * @property {() => void} gameChanged
 * @property {() => void} restorePrevious
 * @property {(hash: string) => Promise<import('./changes.js').Changes>} loadChanges
 * @property {() => string} projectName
 * @property {() => readonly Version[]} knownVersions
 * @property {() => void} select asks for the whole conversation again
 * @property {(before: string) => Promise<Frame<'historyPage'>>} earlierLines
 */

export class Conversation {
  #log = new ChatLog();
  /** @type {Frame<'geminiCode'> | null} */
  #newestChanges = null;
  /** @type {import('./bubbles.js').OpenQuestion | null} */
  #question = null;
  /** What the project had when it was opened, newest first. @type {Version[]} */
  #versions = [];

  /** @param {string} projectId @param {Doings} doings */
  constructor(projectId, doings) {
    this.dismissedKey = `dreamcore_dismissed_${projectId}`;
    this.doings = doings;
  }

  /**
   * @param {object} state
   * @param {HistoryItem[]} state.history oldest first
   * @param {string | undefined} state.earlier where older lines begin, if there are any
   * @param {Version[]} state.versions newest first
   * @param {PendingQuestion | null} state.question unanswered, and nothing is running
   * @param {import('./outbox.js').PendingMessage | null} state.pending sent, but not answered
   * @param {{ message: string, code?: string | undefined,
   * params?: Record<string, unknown> | undefined, again: (() => boolean) | null } | null}
   * state.failure of the last message
   */
  redraw({ history, earlier, versions, question, pending, failure }) {
    this.#question = null;
    this.#versions = versions;
    this.#log.redraw(() => {
      if (earlier !== undefined) this.#log.add(this.#earlierButton(earlier, versions));
      const newestAnswer = history.findLastIndex(({ role }) => role === 'assistant');
      for (const [index, item] of history.entries())
        this.#past(item, versions, index === newestAnswer);
      if (failure) this.showFailure(failure, failure.again);
      if (question) this.#ask(question);
      if (pending && !this.#wasHeard(pending, history))
        this.showUser(pending.frame.content, pending.shown);
      if (this.#log.isEmpty)
        this.#log.showWelcome(welcome((request) => this.doings.writeToInput(request)));
    });
  }

  /** @param {string} earlier @param {Version[]} versions */
  #earlierButton(earlier, versions) {
    let before = earlier;
    const load = async () => {
      if (button.ariaBusy === 'true') return;
      button.ariaBusy = 'true';
      const page = await this.doings.earlierLines(before).catch(() => null);
      button.ariaBusy = null;
      if (!page) return toast(text.earlierFailed);
      if (!button.isConnected) return;
      before = page.earlier ?? '';
      const question = this.#question;
      this.#question = null;
      this.#log.addEarlier(button, page.earlier !== null, () => {
        for (const item of page.history) this.#past(item, versions, false);
      });
      this.#question = question;
    };
    const button = h(
      'button',
      { type: 'button', class: 'button earlier-lines', onclick: () => void load() },
      text.loadEarlier,
    );
    return button;
  }

  /** @param {string} said as sent @param {string} shown as drawn @returns {HTMLElement} */
  showUser(said, shown) {
    const bubble = userBubble(shown);
    bubble.dataset['said'] = said.trim();
    sessionStorage.removeItem(this.dismissedKey);
    this.#question?.lock(said);
    return this.#log.add(bubble);
  }

  /** @param {import('./job-flow.js').Answer} answer */
  showAnswer({ body, suggestions, changedFiles, ending = {} }) {
    const frame = changedFiles ? this.#newestChanges : null;
    const changes = frame && changesOfFrame(frame);
    const actions = {
      onPlay: changedFiles || this.doings.hasGame() ? this.doings.play : undefined,
      onChanges: changes ? () => void openChanges(async () => changes) : undefined,
      onPublish: changedFiles ? this.doings.publish : undefined,
    };
    this.#question = null;
    const drawn = this.#log.alreadySays('assistant', body);
    const suggested = suggestions.length > 0 ? suggestions : (frame?.suggestions ?? []);
    const bubble = drawn ?? this.#answer(body, suggested, actions);
    addMadeVersion(bubble, ending);
    if (drawn && changedFiles) addAnswerActions(drawn, actions);
    if (!changedFiles) return;
    this.#newestChanges = null;
    this.doings.gameChanged();
  }

  /** A line that was written elsewhere. @param {Omit<HistoryItem, 'timestamp'>} line */
  showLine(line) {
    const { role, content } = line;
    if (role === 'user') this.showUser(content, content);
    else if (role === 'system') this.showNote(this.#noteOf(line), null);
    else if (!this.#log.alreadySays('assistant', splitSuggestions(content).body))
      this.showAnswer({ ...splitSuggestions(content), changedFiles: false });
  }

  /** The newest message of the person, in whichever tab it was written. */
  get lastSaid() {
    return this.#log.lastSaid;
  }

  /** Names the version of a restore. @param {Omit<HistoryItem, 'timestamp'>} line */
  #noteOf(line) {
    if (line.code !== 'VERSION_RESTORED') return saidText(line.content, line);
    return this.restoredTo(String(line.params?.['version'] ?? ''));
  }

  /** @param {string} hash of a version, or its beginning */
  restoredTo(hash) {
    const version = [...this.doings.knownVersions(), ...this.#versions].find(
      ({ id }) => hash !== '' && (hash.startsWith(id) || id.startsWith(hash)),
    );
    return text.restoredTo(version ? calledOf(version) : null);
  }

  /** @param {string} note @param {(() => void) | null} again */
  showNote(note, again) {
    this.#log.add(systemBubble(note, again ? { label: text.backToInput, run: again } : undefined));
  }

  /**
   * @param {Parameters<typeof explainFailure>[0]} failure
   * @param {(() => boolean) | null} [again] sends the message once more
   */
  showFailure(failure, again = null) {
    this.#log.add(
      errorBubble(explainFailure(failure), again ? { label: text.retry, run: again } : undefined),
    );
  }

  /** @param {Frame<'geminiCode'>} frame */
  keepChanges(frame) {
    this.#newestChanges = frame;
  }

  readAgain() {
    this.doings.select();
  }

  releaseQuestion() {
    this.#question?.unlock();
  }

  /** @param {'done' | 'failed'} outcome */
  notify(outcome) {
    void notifyInBackground(outcome, this.doings.projectName());
  }

  /** @param {Pick<Frame<'styleOptions'>, 'dimension' | 'styles' | 'originalMessage'>} question */
  askStyle({ dimension, styles, originalMessage }) {
    const picker = stylePicker({
      dimension,
      styles,
      onPick: (style) =>
        this.doings.submit(
          { content: originalMessage, selectedStyle: { dimension, styleId: style.id } },
          text.styleChosen(styleName(style)),
        ),
      onSkip: () =>
        this.doings.submit({ content: originalMessage, skipStyleSelection: true }, text.skip),
    });
    this.#question = picker;
    this.#log.add(picker.bubble);
  }

  /** @param {Pick<Frame<'geminiRestore'>, 'message' | 'confirmLabel' | 'cancelLabel'>} question */
  askRestore({ message, confirmLabel, cancelLabel }) {
    if (this.#log.alreadySays('assistant', message)) return;
    const bubble = choiceBubble(
      message,
      { label: text.restoreYes(confirmLabel), run: this.doings.restorePrevious },
      {
        label: text.restoreNo(cancelLabel),
        run: () => {
          sessionStorage.setItem(this.dismissedKey, message);
          this.showNote(text.cancelledByUser, null);
        },
      },
    );
    bubble.dataset['said'] = message.trim();
    this.#log.add(bubble);
  }

  /** A question that outlived a reload. @param {PendingQuestion} question */
  #ask(question) {
    if (question.type === 'style') {
      if (!this.#log.alreadySays('user', question.originalMessage))
        this.showUser(question.originalMessage, question.originalMessage);
      this.askStyle(question);
    } else if (question.type === 'dimension') {
      if (!this.#log.alreadySays('assistant', question.message))
        this.#answer(question.message, question.suggestions, {});
    } else if (sessionStorage.getItem(this.dismissedKey) !== question.message) {
      this.askRestore(question);
    }
  }

  /**
   * @param {HistoryItem} item @param {readonly Version[]} versions
   * @param {boolean} isNewestAnswer
   */
  #past(item, versions, isNewestAnswer) {
    const { role, content, timestamp } = item;
    if (role === 'user') {
      this.#question?.lock(content);
      this.#log.add(userBubble(content)).dataset['said'] = content.trim();
    } else if (role === 'system') this.#log.add(systemBubble(this.#noteOf(item)));
    else {
      const { body, suggestions } = splitSuggestions(saidText(content, item));
      const version = versionOfAnswer(timestamp, versions);
      const bubble = this.#answer(body, suggestions, {
        onPlay: isNewestAnswer && this.doings.hasGame() ? this.doings.play : undefined,
        onChanges: version
          ? () => void openChanges(() => this.doings.loadChanges(version.hash))
          : undefined,
        onPublish:
          isNewestAnswer && version && this.doings.hasGame() ? this.doings.publish : undefined,
      });
      if (isNewestAnswer && version) addMadeVersion(bubble, version);
    }
  }

  /**
   * @param {string} body @param {string[]} suggestions @param
   * {import('./bubbles.js').AnswerActions} actions @returns {HTMLElement}
   */
  #answer(body, suggestions, actions) {
    const bubble = assistantBubble({
      body,
      suggestions,
      onSuggestion: (suggestion) => this.#suggested(suggestion),
      actions,
    });
    bubble.dataset['said'] = body.trim();
    this.#log.add(bubble);
    this.#question = suggestions.some(isDimensionAnswer) ? dimensionQuestion(bubble) : null;
    return bubble;
  }

  /** @param {string} suggestion */
  #suggested(suggestion) {
    if (isDimensionAnswer(suggestion)) this.doings.submit({ content: dimensionAnswer(suggestion) });
    else this.doings.addToInput(suggestion);
  }

  /**
   * Is the message already in the history, though its answer got lost? @param
   * {import('./outbox.js').PendingMessage} pending @param {HistoryItem[]} history
   */
  #wasHeard(pending, history) {
    return history
      .slice(-4)
      .some(
        ({ role, content, timestamp }) =>
          role === 'user' &&
          content.trim() === pending.frame.content.trim() &&
          new Date(timestamp).getTime() > pending.sentAt - CLOCK_TOLERANCE_MS,
      );
  }
}
