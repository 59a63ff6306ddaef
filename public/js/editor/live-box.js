/**
 * What happens right now: the steps, the present one in words, bar, elapsed time, whether it is
 * tried again, and the raw stream folded away.
 */
import { text } from '../texts/index.js';
import { stopwatch } from '../ui/clock.js';
import { byId, h } from '../ui/dom.js';
import { JobSteps } from './job-steps.js';
import { StreamText } from './stream-text.js';

const STAYS_WHEN_DONE_MS = 2_000;

export class LiveBox {
  #box = byId('liveBox', HTMLDivElement);
  #step = h('p', { class: 'live-step', role: 'status' });
  #status = h('span', { id: 'streamingStatus', class: 'live-status' });
  #elapsed = h('span', { class: 'live-elapsed' });
  #fill = h('div', { class: 'live-bar-fill' });
  #bar = h(
    'div',
    {
      class: 'live-bar',
      role: 'progressbar',
      'aria-label': text.progressLabel,
      'aria-valuemin': 0,
      'aria-valuemax': 100,
    },
    this.#fill,
  );
  #steps = new JobSteps();
  #trying = h('span', { role: 'status' });
  #note = h('p', { class: 'live-note' }, this.#trying, text.mayLeave);
  #brief = h('span');
  #made = h('p', { class: 'live-brief', hidden: true }, h('b', {}, text.whatWeMake), this.#brief);
  #file = h('span', { class: 'live-file' });
  #raw = h('pre', { id: 'streamingText', class: 'live-raw', tabindex: 0 });
  #details = h(
    'details',
    { id: 'streamingDetails', class: 'live-details' },
    h('summary', {}, h('span', {}, text.showStream), this.#file),
    this.#raw,
  );
  #stream = new StreamText(this.#raw, () => this.#details.open);
  #startedAt = 0;
  #percent = 0;
  /** @type {number | undefined} */
  #clock;
  /** @type {number | undefined} */
  #leaving;

  /**
   * @param {(percent: number | null) => void} onPercent null when nothing is going on
   * @param {HTMLElement} offer for those who leave meanwhile
   */
  constructor(onPercent, offer) {
    this.onPercent = onPercent;
    this.#note.append(offer);
    this.#box.append(
      h(
        'div',
        { class: 'live-head' },
        h('span', { class: 'spinner', 'aria-hidden': 'true' }),
        this.#step,
        h('span', { class: 'live-numbers' }, this.#status, this.#elapsed),
      ),
      this.#bar,
      this.#steps.row,
      this.#made,
      this.#note,
      this.#details,
    );
  }

  /**
   * Opens with a step that has no percentage yet. @param {string} step @param {number} [startedAt]
   * epoch ms
   */
  open(step, startedAt = Date.now()) {
    window.clearTimeout(this.#leaving);
    window.clearInterval(this.#clock);
    this.#startedAt = startedAt;
    this.#percent = 0;
    this.#file.textContent = '';
    this.#stream.set('');
    this.setBrief('');
    this.#setTrying(null);
    this.#steps.begin();
    this.#box.hidden = false;
    this.#box.classList.remove('is-done', 'is-leaving');
    this.#status.textContent = text.working;
    this.setStep(step);
    this.#showPercent();
    this.#tick();
    this.#clock = window.setInterval(() => this.#tick(), 1_000);
  }

  get isOpen() {
    return !this.#box.hidden;
  }

  /** @param {string} step */
  setStep(step) {
    if (this.#step.textContent !== step) this.#step.textContent = step;
  }

  /** How far the job has come already. @param {import('../types.js').JobRow} job */
  showRow({ progress, steps, trying }) {
    if (progress > 0) this.#setPercent(progress);
    this.#steps.begin(steps);
    this.#setTrying(trying);
  }

  /** @param {import('../types.js').Frame<'progress'>} frame */
  showProgress({ progress, step, job }) {
    this.#setPercent(progress);
    this.#steps.goTo(step);
    if (job) this.#setTrying(job.trying);
  }

  /** Is it tried again, or elsewhere? @param {import('../types.js').JobRow['trying']} trying */
  #setTrying(trying) {
    const told = [
      trying?.leftModal ? text.movedHere : '',
      trying && trying.tryNo > 1 ? text.tryingAgain(trying.tryNo) : '',
    ].join('');
    if (this.#trying.textContent !== told) this.#trying.textContent = told;
  }

  /** The bar never goes back; numbers of the server may. @param {number} percent */
  #setPercent(percent) {
    this.#percent = Math.max(this.#percent, Math.min(100, Math.max(0, percent)));
    this.#status.textContent = text.workingAt(this.#percent);
    this.#showPercent();
  }

  /**
   * What the game is to become, in words of the design; '' = unknown.
   * @param {string} brief
   */
  setBrief(brief) {
    this.#brief.textContent = brief.trim();
    this.#made.hidden = this.#brief.textContent === '';
  }

  /** @param {string} filename */
  setFile(filename) {
    this.#file.textContent = filename;
  }

  /** @param {string} content */
  addStream(content) {
    this.#stream.add(content);
  }

  /** @param {string} content */
  setStream(content) {
    this.#stream.set(content);
  }

  /** A new try: the bar begins again. */
  restart() {
    this.#percent = 0;
    this.#stream.set('');
    this.#showPercent();
  }

  /** Shows the end for a moment. */
  finish() {
    window.clearInterval(this.#clock);
    this.#percent = 100;
    this.#showPercent();
    this.#steps.finish();
    this.#status.textContent = text.done;
    this.setStep(text.done);
    this.#box.classList.add('is-done');
    this.onPercent(null);
    this.#leaving = window.setTimeout(() => this.close(), STAYS_WHEN_DONE_MS);
  }

  close() {
    window.clearInterval(this.#clock);
    window.clearTimeout(this.#leaving);
    this.#box.hidden = true;
    this.onPercent(null);
  }

  #tick() {
    const clock = stopwatch(Date.now() - this.#startedAt);
    this.#elapsed.textContent = clock;
    this.#elapsed.setAttribute('aria-label', text.elapsed(clock));
  }

  #showPercent() {
    this.#fill.style.transform = `scaleX(${this.#percent / 100})`;
    this.#bar.classList.toggle('is-waiting', this.#percent === 0);
    this.#bar.setAttribute('aria-valuenow', String(this.#percent));
    this.onPercent(this.#percent);
  }
}
