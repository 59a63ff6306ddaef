/**
 * The life of a message as this tab sees it: sent → accepted → (waiting →) running → one end. Every
 * end is shown once, whichever frames bring it and however often.
 */
import { signal } from '@preact/signals';
import { stepName } from '../texts/server-words.js';
import { text } from '../texts/index.js';
import { toast } from '../ui/toast.js';
import { readResult } from './answer-text.js';
import { JobCursor } from './cursor.js';
import { LiveWork } from './live-work.ts';
import { outgoing, Outbox } from './outbox.js';
import { MessageQueue } from './queue.ts';
import { readAnswer } from './change-receipt.ts';
import { failureOf, lastOf } from './job-story.ts';

/** @typedef {import('../types.js').ServerFrame} ServerFrame */
/** @typedef {import('../types.js').OutgoingMessage} OutgoingMessage */
/** @typedef {import('../types.js').JobRow} JobRow */
/** @typedef {Extract<ServerFrame, { jobId?: string | undefined }>} JobFrame */
/** @typedef {import('./job-story.ts').JobStory} JobStory */
/** @typedef {import('./job-story.ts').Sent} Sent */
/** @typedef {import('./job-story.ts').Failure} Failure */
/** @typedef {import('./made-version.tsx').Ending} Ending */
/** @typedef {import('./chat-lines.ts').Line} Line */
/** @typedef {OutgoingMessage | { type: 'cancel' | 'getJobStatus', jobId: string }} JobRequest */
/** @template {ServerFrame['type']} T @typedef {import('../types.js').Frame<T>} Frame */

const OF_A_JOB =
  /^(started|progress|stream|streamReset|fileEdit|gemini\w+|completed|failed|cancelled)$/;
const SLOW_ANSWER_MS = 15_000;
/** After a reconnect the end of a job comes by itself; if it does not, we ask. */
const END_FOLLOWS_WITHIN_MS = 4_000;
/** A clock that is further off than this is not used for the elapsed time. */
const BELIEVABLE_AGE_MS = 3_600_000;

export class JobFlow {
  /** @type {import('@preact/signals').Signal<'idle' | 'sending' | 'running'>} */
  #state = signal('idle');
  live = new LiveWork();
  /** Was it asked to stop? */
  isStopping = signal(false);
  /** @type {string | null} */
  #jobId = null;
  /** @type {Set<string>} */
  #ended = new Set();
  /** The job whose answer or question was shown. @type {string | undefined} */
  #answeredJob;
  /** @type {Sent | null} */
  #last = null;
  /** @type {Line | null} */
  #sentLine = null;
  /** Is the message that has no answer yet in the chat? */
  #isDrawn = true;
  /** @type {number | undefined} */
  #slowTimer;

  /**
   * @param {{ projectId: string, conversation: JobStory,
   * composer: import('./composer.ts').Composer,
   * connection: { send: (frame: JobRequest) => boolean } }} page
   */
  constructor({ projectId, composer, conversation, connection }) {
    this.composer = composer;
    this.story = conversation;
    this.connection = connection;
    this.cursor = new JobCursor(projectId);
    this.outbox = new Outbox(projectId);
    this.queue = new MessageQueue(connection);
  }

  get awaitsAnswer() {
    return this.#state.value === 'sending';
  }

  get isRunning() {
    return this.#state.value === 'running';
  }

  /** @param {'idle' | 'sending' | 'running'} state */
  #enter(state) {
    window.clearTimeout(this.#slowTimer);
    this.#state.value = state;
    this.isStopping.value = false;
  }

  /**
   * Sends a message and shows it at once; while a job runs it is for the queue.
   * @param {Sent['message']} message
   * @param {string} [shown] another text for its bubble
   * @returns {boolean} false when nothing can be sent now
   */
  submit(message, shown = message.content) {
    if (this.outbox.pending) {
      toast(text.busyNow);
      return false;
    }
    const frame = outgoing(message);
    if (!this.connection.send(frame)) {
      toast(text.offline, { kind: 'error' });
      return false;
    }
    this.outbox.put(frame, shown);
    this.#sentLine = null;
    this.#isDrawn = !this.isRunning;
    if (this.isRunning) return true;
    this.#last = { message, shown };
    this.#sentLine = this.story.showUser(message.content, shown);
    this.#waitForAnswer();
    return true;
  }

  stop() {
    if (this.isStopping.value) return;
    if (!this.#jobId || !this.connection.send({ type: 'cancel', jobId: this.#jobId }))
      return toast(text.offline, { kind: 'error' });
    this.isStopping.value = true;
  }

  /** Goes on with what runs and what was never answered. @param {JobRow | null} activeJob */
  resume(activeJob) {
    const wasRunning = this.isRunning ? this.#jobId : null;
    if (activeJob) this.#run(activeJob, true);
    else if (wasRunning) this.#askAboutEnd(wasRunning);
    const pending = this.outbox.pending;
    if (!pending) return;
    this.#last = lastOf(pending);
    this.#isDrawn = !activeJob;
    if (!activeJob) this.#waitForAnswer();
    this.connection.send(pending.frame);
  }

  /** @param {ServerFrame} frame @returns {boolean} whether it was about jobs */
  handle(frame) {
    if (frame.type === 'jobStarted') this.#accepted(frame);
    else if (frame.type === 'jobStatus') this.#endFromRow(frame.job);
    else if (OF_A_JOB.test(frame.type)) this.#jobFrame(/** @type {JobFrame} */ (frame));
    else return false;
    return true;
  }

  /**
   * An `error` frame that no other request claimed: the answer to the message that waits. @param
   * {Frame<'error'>} frame
   */
  refused(frame) {
    const pending = this.outbox.take();
    const failure = { ...frame.error, message: frame.message ?? frame.error?.message };
    this.isStopping.value = false;
    if (this.awaitsAnswer) {
      this.#idle();
      this.live.close();
    }
    this.story.showFailure(failure, pending && this.#again(lastOf(pending)));
    if (!pending) return;
    if (this.#sentLine) this.story.remove(this.#sentLine);
    if (pending.shown === pending.frame.content) this.composer.giveBack(pending.frame.content);
  }

  /** Sends a message once more that failed before this page was loaded. @param {string} content */
  sendingAgain(content) {
    return content === '' ? null : this.#again({ message: { content }, shown: content });
  }

  /**
   * Sends a message once more that came to nothing, and takes it out of the box where it was put
   * back. @param {Sent} last @returns {() => boolean}
   */
  #again({ message, shown }) {
    return () => {
      if (!this.submit(message, shown)) return false;
      this.composer.takeBack(message.content);
      return true;
    };
  }

  #waitForAnswer() {
    this.#enter('sending');
    this.live.open(text.sending);
    this.#slowTimer = window.setTimeout(() => {
      this.live.step.value = text.slowAnswer;
    }, SLOW_ANSWER_MS);
  }

  #idle() {
    this.#enter('idle');
    this.#jobId = null;
  }

  /** @param {Frame<'jobStarted'>} frame */
  #accepted({ job, jobId, isExisting, queued, followed }) {
    if (followed) return this.#follow(job);
    const pending = this.outbox.take();
    if (queued === true) return this.#queued(job, jobId, pending?.frame.content ?? '');
    if (queued === false && pending) {
      this.story.showNote(text.notProcessed, () => this.composer.giveBack(pending.frame.content));
    } else if (pending) {
      this.#last = lastOf(pending);
      if (!this.#isDrawn) this.story.showBegun(pending, { jobId, isExisting });
      else if (this.#sentLine) this.story.begun(this.#sentLine, jobId);
    }
    if (this.#ended.has(job.id)) return this.#idle();
    this.#run(job, isExisting);
    if (job.status !== 'pending' && job.status !== 'processing') this.#askAboutEnd(job.id);
  }

  /**
   * The message waits behind this job, or for its own that is still to come.
   * @param {JobRow} job @param {string} jobId @param {string} content
   */
  #queued(job, jobId, content) {
    if (content !== '') this.queue.add({ jobId, content });
    if (this.#sentLine) this.story.remove(this.#sentLine);
    if (this.isRunning) return;
    this.#idle();
    this.live.close();
    if (job.id !== jobId && !this.#ended.has(job.id)) this.#run(job, true);
  }

  /**
   * Begun elsewhere, or out of the queue: a message of ours still waits for its answer.
   * @param {JobRow} job
   */
  #follow(job) {
    if (this.#ended.has(job.id)) return;
    if (!this.outbox.pending) this.#last = null;
    this.#run(job, true);
  }

  /** @param {JobRow} job @param {boolean} isKnown what its row tells is news */
  #run(job, isKnown) {
    const goesOn = this.isRunning && this.#jobId === job.id && this.live.isOpen;
    this.#enter('running');
    this.#jobId = job.id;
    this.cursor.follow(job.id);
    if (goesOn) return;
    const age = Date.now() - new Date(job.created_at).getTime();
    this.live.open(
      isKnown && job.progress_message
        ? stepName(job.progress_message, { code: job.progress_code, params: job.progress_params })
        : text.stepAccepted,
      age > 0 && age < BELIEVABLE_AGE_MS ? Date.now() - age : undefined,
    );
    this.live.showRow(job);
  }

  /** @param {JobFrame} frame */
  #jobFrame(frame) {
    const jobId = frame.jobId ?? ('job' in frame ? frame.job?.id : undefined);
    if (jobId !== undefined && this.#ended.has(jobId)) return;
    const mine =
      jobId === undefined
        ? this.isRunning
        : jobId === this.#jobId || (this.#jobId === null && jobId === this.cursor.jobId);
    if (!mine) return;
    if (frame.type === 'streamReset') {
      if (this.cursor.reset(frame)) this.live.restart();
      return;
    }
    if (!this.cursor.accepts(frame)) return;
    this.#tell(frame, jobId ?? this.#jobId ?? undefined);
  }

  /** @param {ServerFrame} frame @param {string | undefined} jobId */
  #tell(frame, jobId) {
    const isLate = !this.isRunning;
    switch (frame.type) {
      case 'progress':
        if (isLate) return;
        if (frame.message) this.live.step.value = stepName(frame.message, frame);
        if (frame.look) this.story.showLook(frame.look);
        this.live.showProgress(frame);
        return;
      case 'stream':
        // Before the first attempt nothing but the design has words.
        if (frame.attempt === 0) return this.cursor.keepBrief(frame.content, frame.sketch ?? null);
        this.cursor.append(frame.content);
        if (!isLate) this.live.typeOut(frame.content.length);
        return;
      case 'fileEdit':
        this.live.file.value = frame.filename;
        return;
      case 'geminiCode':
        return this.story.keepChanges(frame);
      case 'geminiChat':
        this.#answeredJob = jobId;
        return this.story.showAnswer({
          body: frame.message,
          suggestions: frame.suggestions ?? [],
          changedFiles: false,
        });
      case 'geminiRestore':
        this.#answeredJob = jobId;
        return this.story.askRestore(frame);
      case 'completed':
        return this.#completed(frame, jobId);
      case 'failed':
        return this.#failed({ ...frame, message: frame.error }, jobId);
      case 'cancelled':
        return this.#cancelled(jobId);
    }
  }

  /**
   * @param {Pick<Frame<'completed'>, 'result' | 'code' | 'params'> & Ending} end
   * @param {string | undefined} jobId
   */
  #completed(end, jobId) {
    const { result } = end;
    const wasOpen = this.live.isOpen;
    this.#end(jobId);
    if (wasOpen) this.live.finish();
    if (result.mode === 'chat' || result.mode === 'restore') {
      if (this.#answeredJob !== jobId) this.story.readAgain();
      return;
    }
    const answer = readAnswer(result.message || text.gameUpdated, end);
    this.story.showAnswer({ ...answer, changedFiles: true, ending: end });
    this.story.notify('done', jobId);
  }

  /** @param {Failure} failure @param {string | undefined} jobId */
  #failed(failure, jobId) {
    this.#end(jobId);
    this.live.close();
    const said = this.story.lastSaid;
    this.story.showFailure(failure, this.#last ? this.#again(this.#last) : this.sendingAgain(said));
    this.composer.giveBack(this.#last?.message.content ?? '');
    this.story.notify('failed');
  }

  /** @param {string | undefined} jobId */
  #cancelled(jobId) {
    this.#end(jobId);
    this.live.close();
    const again = this.#last?.message.content ?? this.story.lastSaid;
    this.story.showNote(text.stopped, again === '' ? null : () => this.composer.giveBack(again));
  }

  /** @param {string | undefined} jobId */
  #end(jobId) {
    if (jobId !== undefined) this.#ended.add(jobId);
    this.cursor.end(jobId);
    this.#idle();
  }

  /** @param {string} jobId */
  #askAboutEnd(jobId) {
    window.setTimeout(() => {
      if (this.isRunning && this.#jobId === jobId)
        this.connection.send({ type: 'getJobStatus', jobId });
    }, END_FOLLOWS_WITHIN_MS);
  }

  /**
   * The end of our job as its row tells it; nothing while it goes on. @param {JobRow | null} job
   */
  #endFromRow(job) {
    if (!job) {
      if (this.isRunning) this.#failed({ message: '' }, this.#jobId ?? undefined);
      return;
    }
    if (job.id !== this.#jobId || this.#ended.has(job.id)) return;
    if (job.status === 'completed') {
      const { code, params, ...result } = readResult(job.result);
      this.#completed({ result, code, params }, job.id);
    } else if (job.status === 'failed') this.#failed(failureOf(job), job.id);
    else if (job.status === 'cancelled') this.#cancelled(job.id);
  }
}
