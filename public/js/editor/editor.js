/**
 * One opened project: puts the parts of the page together and gives each frame to the part it is
 * for.
 */
import { effect } from '@preact/signals';
import { wireAssets } from '../assets/menu.js';
import { Connection } from '../net/connection.ts';
import { Requests } from '../net/requests.ts';
import { withToken } from '../net/rest.js';
import { noticeLeft } from '../net/return-to.ts';
import { text } from '../texts/index.js';
import { byId, isOccupied, isPhone, prefersStillness } from '../ui/dom.js';
import { toast } from '../ui/toast.js';
import { Attachments } from './attachments.ts';
import { drawChat } from './chat-panel.tsx';
import { Composer } from './composer.ts';
import { watchConnection } from './connection-banner.js';
import { Conversation } from './conversation.ts';
import { JobFlow } from './job-flow.js';
import { OwnerPlay } from './owner-play.ts';
import { panes } from './panes.js';
import { Preview } from './preview.js';
import { Publication } from './publication.js';
import { Sketch } from './sketch.tsx';
import { ProjectTitle } from './title.js';
import { Tuning } from './tuning.ts';
import { downloadRepository, wireTools } from './tools.js';
import { repairRequest } from './user-text.js';
import { Versions } from './versions.ts';

/** @typedef {import('../types.js').ServerFrame} ServerFrame */
/** @template {ServerFrame['type']} T @typedef {import('../types.js').Frame<T>} Frame */

/** The automatic name comes a moment after the game. */
const NAME_ASKED_AFTER_MS = 2_000;
const CHANGES_WITHIN_MS = 10_000;
/** `selectProject` is sent again: after an answer that is an error, and when none has come. */
const SELECT_AGAIN_S = 2;
const SELECTED_WITHIN_S = 15;

export class Editor {
  /** Is `selectProject` unanswered? */
  #isSelecting = false;
  #selectTimer = 0;
  /** The version that is shown; null = not known. @type {string | null} */
  #head = null;

  /** @param {import('../net/session.js').Session} session @param {string} projectId */
  constructor(session, projectId) {
    this.session = session;
    this.projectId = projectId;
    this.connection = new Connection(
      session,
      {
        onFrame: (frame) => this.#hear(frame),
        onState: (state) => this.#connectionIs(state),
      },
      1,
    );
    this.requests = new Requests((frame) => this.connection.send(frame));
    this.panes = panes({
      onShow: () => this.preview.play(),
      onHide: () => {
        this.sketch.left();
        if (isPhone()) this.preview.unload();
      },
    });
    this.sketch = new Sketch({
      projectId,
      isVisible: () => this.panes.previewIsVisible(),
      onOpen: () => this.panes.showPreview(),
      onPlayGame: () => this.preview.play({ focus: true }),
    });
    this.preview = new Preview({
      sketch: this.sketch,
      ownerPlay: new OwnerPlay(this),
      freshUrl: () => this.#gameUrl(),
      isVisible: () => this.panes.previewIsVisible(),
      onRepair: (errors) => this.#repair(errors),
    });
    this.title = new ProjectTitle((name) =>
      this.requests.ask({ type: 'renameProject', projectId, name }, 'projectRenamed', {
        where: (frame) => frame.projects !== undefined,
      }),
    );
    this.versions = new Versions(projectId, this.requests, {
      onRestored: (id) => this.#restored(id),
      loadDifference: (since, until) => this.loadChanges(until, since),
      urlOf: (id) => this.#gameUrl(id),
      downloadAll: () => downloadRepository(this),
    });
    const attachments = new Attachments(projectId);
    wireAssets({ session, projectId, attachments });
    this.composer = new Composer(projectId, attachments, {
      onSend: (content) => this.#say(content),
      onReconnect: () => this.connection.connect(),
    });
    watchConnection(this.composer, () => this.connection.connect());
    this.publication = new Publication(this);
    this.tuning = new Tuning(this);
    this.conversation = new Conversation(this);
    this.flow = new JobFlow(this);
    drawChat(this);
    this.tools = wireTools(this);
  }

  open() {
    this.connection.start();
  }

  /** Plays the game from its start, by keyboard, too; on phones in the other pane. */
  play() {
    if (!this.panes.previewIsVisible()) this.panes.showPreview();
    this.preview.play({ focus: true });
  }

  /** @param {ServerFrame} frame */
  #hear(frame) {
    if (frame.type === 'error') return this.#refused(frame);
    this.requests.take(frame);
    if (this.flow.handle(frame)) return;
    switch (frame.type) {
      case 'init':
        return this.selectProject();
      case 'projectSelected':
        return this.#redraw(frame);
      case 'projectRenamed':
        return this.#named(frame.project);
      case 'projectInfo':
        return this.#named(frame.project);
      case 'gameUpdated':
        return this.#askForName();
      default:
        return this.#followed(frame);
    }
  }

  /** What others did in this project, on any device (K1). @param {ServerFrame} frame */
  #followed(frame) {
    if (!('projectId' in frame) || frame.projectId !== this.projectId) return;
    switch (frame.type) {
      case 'chatLine':
        return void this.#showLine(frame);
      case 'queueChanged':
        return this.flow.queue.show(frame.queue);
      case 'versionRestored':
        return frame.jobId === undefined ? undefined : this.#wentBack();
      case 'versionTuned':
        return this.tuning.isOwn(frame.jobId) ? undefined : this.gameChanged();
      case 'versionMarked':
        return this.versions.marked(frame);
      case 'publicationChanged':
        return void this.publication.read();
      case 'projectDeleted':
        return this.#gone();
    }
  }

  /** The name of a version that was made since is asked for. @param {Frame<'chatLine'>} frame */
  async #showLine(frame) {
    if (frame.code === 'VERSION_RESTORED') await this.versions.page().catch(() => []);
    this.conversation.showLine(frame);
  }

  #gone() {
    noticeLeft.put('gone');
    location.replace('/create');
  }

  /**
   * An error has no address: the open question's, else the waiting message's. @param
   * {Frame<'error'>} frame
   */
  #refused(frame) {
    if (this.#isSelecting) return this.#notSelected(frame);
    const code = frame.error?.code;
    const isForMessage =
      this.flow.outbox.pending !== null && code !== undefined && code !== 'JOB_ALREADY_ACTIVE';
    if (isForMessage || !this.requests.take(frame)) this.flow.refused(frame);
  }

  /**
   * A message is sent only to a project that is selected: no error is about one before.
   * @param {Frame<'error'>} frame
   */
  #notSelected(frame) {
    if (frame.message === 'Access denied') return this.#gone();
    this.requests.take(frame);
    this.composer.link.value = 'away';
    this.#selectWithin(frame.error?.retryAfterS ?? SELECT_AGAIN_S);
  }

  /** @param {number} seconds */
  #selectWithin(seconds) {
    window.clearTimeout(this.#selectTimer);
    const again = () => this.#isSelecting && this.selectProject();
    this.#selectTimer = window.setTimeout(again, seconds * 1_000);
  }

  selectProject() {
    this.#isSelecting = true;
    this.#selectWithin(SELECTED_WITHIN_S);
    this.connection.send({
      type: 'selectProject',
      projectId: this.projectId,
      since: this.flow.cursor.since,
      follow: true,
    });
  }

  /** @param {Frame<'projectSelected'>} frame */
  #redraw(frame) {
    const { projectId, versions, activeJob, project } = frame;
    if (projectId !== this.projectId) return;
    this.#isSelecting = false;
    const isFirst = !this.composer.isEnabled.value;
    if (project) this.title.set(project.name, { animate: !isFirst });
    this.#showHead(versions);
    if (isFirst) this.#followJob();
    if (versions.length > 0) void this.tuning.read();
    this.conversation.redraw(frame);
    this.composer.ready();
    this.tools.showProject(this.preview.hasGame);
    if (versions.length > 0) void this.publication.read();
    this.flow.queue.show(frame.queue);
    this.flow.resume(activeJob);
  }

  /**
   * Shows the game that there is, whatever frames were missed.
   * @param {readonly import('../types.js').Version[]} versions
   */
  #showHead(versions) {
    const head = versions.find(({ current }) => current)?.id ?? null;
    const isOther = this.#head !== null && head !== null && head !== this.#head;
    if (isOther || (versions.length > 0 && !this.preview.hasGame)) this.preview.refresh();
    this.#head = head;
  }

  /** A version was made here, which a reconnect need not load again. */
  async #readHead() {
    const current = await this.versions.current().catch(() => null);
    this.#head = current?.id ?? null;
  }

  /** @param {{ id: string, name: string } | null} project */
  #named(project) {
    if (project?.id === this.projectId) this.title.set(project.name);
  }

  #askForName() {
    window.setTimeout(
      () => this.connection.send({ type: 'getProjectInfo', projectId: this.projectId }),
      NAME_ASKED_AFTER_MS,
    );
  }

  /** @param {import('../types.js').ConnectionState} state */
  #connectionIs(state) {
    if (state === 'closed') {
      this.requests.lost();
      this.composer.link.value = 'away';
    }
  }

  /** @param {string} content */
  #say(content) {
    const sent = this.flow.submit({
      content,
      debugOptions: { disableSkills: false, useClaude: false },
    });
    if (sent) this.composer.clear();
  }

  /** @param {readonly import('../types.js').GameError[]} errors */
  #repair(errors) {
    const content = repairRequest(errors);
    const isSent = this.flow.submit({ content, autoFix: true }, content);
    if (isSent) this.panes.showChat();
    return isSent;
  }

  /** A message has changed the game: it comes to the front, where that disturbs nothing. */
  gameMade() {
    this.gameChanged();
    const isWaiting = this.flow.queue.lines.value.length > 0 || this.flow.outbox.pending !== null;
    const isWriting = this.composer.content.value !== '' || isOccupied({ orFocused: true });
    if (!isWaiting && !isWriting && !prefersStillness()) this.panes.showPreview();
  }

  gameChanged() {
    this.versions.forgetRestored();
    this.preview.refresh();
    void this.#readHead();
    void this.tuning.read();
    this.tools.showProject(true);
    void this.publication.read();
  }

  /** @param {string} id */
  #restored(id) {
    const note = this.conversation.restoredTo(id);
    this.conversation.showNote(note, null);
    toast(note, { kind: 'success' });
    this.#wentBack();
  }

  /** Settings were saved here: the game runs with them. */
  tuned() {
    this.versions.forgetRestored();
    void this.#readHead();
    void this.publication.read();
  }

  #wentBack() {
    this.preview.refresh();
    void this.#readHead();
    void this.tuning.read();
    void this.publication.read();
  }

  /**
   * @param {string} hash @param {string} [since] another version than the one before it
   * @returns {Promise<import('./changes.js').Changes>}
   */
  async loadChanges(hash, since) {
    const { projectId } = this;
    const { edits, summary } = await this.requests.ask(
      { type: 'getVersionEdits', projectId, versionHash: hash, ...(since && { since }) },
      'versionEdits',
      {
        where: (frame) => frame.versionHash === hash && frame.since === since,
        timeoutMs: CHANGES_WITHIN_MS,
      },
    );
    return { edits, summary, files: [] };
  }

  /** @param {string} [version] the current one without it */
  async #gameUrl(version) {
    const token = await this.session.freshToken();
    const ofVersion = version === undefined ? '' : `version=${version}&`;
    const page = `/game/${this.session.userId}/${this.projectId}/index.html`;
    return withToken(`${page}?${ofVersion}t=${Date.now()}`, { token });
  }

  #followJob() {
    const { live, cursor } = this.flow;
    effect(() => this.#showJobInPreview(live.shownPercent.value));
    effect(() => this.sketch.wear(cursor.words.value));
    effect(() => {
      this.sketch.trialUrl.value = live.trialUrl.value;
    });
    // The end without a game: the chat shows why. One that was made takes its sketch's place.
    effect(() => {
      if (live.phase.value !== 'closed' || this.preview.hasGame) return;
      if (this.sketch.name.peek() !== null) this.panes.showChat();
      this.sketch.withdraw();
    });
  }

  /** On phones the preview shows that work goes on behind it. @param {number | null} percent */
  #showJobInPreview(percent) {
    const chip = byId('previewJob', HTMLButtonElement);
    chip.hidden = percent === null;
    if (percent !== null) chip.textContent = text.previewBusy(percent);
    chip.parentElement?.style.setProperty('--done', String((percent ?? 0) / 100));
    this.preview.setProgress(percent);
  }
}
