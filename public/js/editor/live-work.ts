/** What happens right now: the step, how far it is, since when, and whether it is tried again. */
import { computed, signal } from '@preact/signals';
import { text } from '../texts/index.js';
import type { Frame, JobRow, Step } from '../types.js';
import { prefersStillness } from '../ui/dom.js';

const STAYS_WHEN_DONE_MS = 2_000;
/** A step without numbers moves the bar by itself. */
const MS_PER_PERCENT = 6_000;
/** Only an end is further, whatever a server answers: a bar that is full is soon gone. */
const GOES_ON_TO = 94;
const TYPED_EVERY_MS = 10;
const TYPED_CHARS = 5;
/** Further behind than this the typing would trail the AI for long. */
const MAX_BEHIND_CHARS = 600;

export class LiveWork {
  readonly phase = signal<'closed' | 'open' | 'done'>('closed');
  readonly step = signal('');
  readonly elapsedMs = signal(0);
  /** 0 = not known yet. */
  readonly percent = signal(0);
  /** The steps so far, the present one last. */
  readonly been = signal<readonly Step[]>([]);
  readonly trying = signal<JobRow['trying']>(null);
  readonly file = signal('');
  /** What the game that is tried just now looks like; null = it is not tried, or not shown. */
  readonly trialUrl = signal<string | null>(null);
  /** Characters of the text of the AI that are not typed out yet. */
  readonly behind = signal(0);
  /** Is the text of the AI unfolded? */
  isWatched = false;
  /** What the preview shows of it; null when nothing is going on. */
  readonly shownPercent = computed(() => (this.isOpen ? this.percent.value : null));
  private exact = 0;
  /** Does the present step go on by itself? What waits for its turn does not. */
  private goesOn = false;
  /** A new try begins: the next number may be a lower one. */
  private isAnew = false;
  private clock: number | undefined;
  private leaving: number | undefined;
  private typing: number | undefined;

  /** Opens with a step that has no percentage yet. */
  open(step: string, startedAt = Date.now()): void {
    this.close();
    this.caughtUp();
    this.goesOn = false;
    this.reach(0, true);
    const tick = (): void => {
      const { value: before } = this.elapsedMs;
      this.elapsedMs.value = Date.now() - startedAt;
      const more = Math.max(0, this.elapsedMs.value - before) / MS_PER_PERCENT;
      if (this.goesOn) this.reach(this.exact + more);
    };
    this.elapsedMs.value = Date.now() - startedAt;
    this.clock = window.setInterval(tick, 1_000);
    this.file.value = '';
    this.been.value = [];
    this.trying.value = null;
    this.trialUrl.value = null;
    this.step.value = step;
    this.phase.value = 'open';
  }

  get isOpen(): boolean {
    return this.phase.value === 'open';
  }

  get isDone(): boolean {
    return this.phase.value === 'done';
  }

  /** How far the job has come already. */
  showRow({ progress, steps = [], trying }: JobRow): void {
    this.reach(progress, this.isAnew);
    this.goesOn = progress > 0;
    this.been.value = steps;
    this.trying.value = trying;
  }

  showProgress({ progress, step, job, trialUrl }: Frame<'progress'>): void {
    this.reach(progress, this.isAnew);
    if (trialUrl !== undefined || step !== 'play') this.trialUrl.value = trialUrl ?? null;
    this.goesOn = step !== undefined;
    if (step !== undefined && step !== this.been.value.at(-1))
      this.been.value = [...this.been.value, step];
    if (job) this.trying.value = job.trying;
  }

  /** The bar goes back for a new try alone; numbers of the server may. */
  private reach(percent: number, mayFall = false, most = GOES_ON_TO): void {
    this.isAnew &&= !mayFall;
    this.exact = Math.min(most, mayFall ? percent : Math.max(this.exact, percent));
    this.percent.value = Math.floor(this.exact);
  }

  /** A new try: the bar may begin again. */
  restart(): void {
    this.isAnew = true;
    this.caughtUp();
  }

  /** Types out what the AI added, while it is watched. */
  typeOut(chars: number): void {
    if (!this.isWatched || document.hidden || prefersStillness()) return this.caughtUp();
    this.behind.value += chars;
    this.typing ??= window.setInterval(() => {
      const { value: behind } = this.behind;
      this.behind.value = Math.min(behind - TYPED_CHARS, MAX_BEHIND_CHARS);
      if (this.behind.value <= 0) this.caughtUp();
    }, TYPED_EVERY_MS);
  }

  private caughtUp(): void {
    window.clearInterval(this.typing);
    this.typing = undefined;
    this.behind.value = 0;
  }

  /** Shows the end for a moment. */
  finish(): void {
    window.clearInterval(this.clock);
    this.trialUrl.value = null;
    this.reach(100, false, 100);
    this.step.value = text.done;
    this.phase.value = 'done';
    this.leaving = window.setTimeout(() => this.close(), STAYS_WHEN_DONE_MS);
  }

  close(): void {
    window.clearInterval(this.clock);
    window.clearTimeout(this.leaving);
    this.trialUrl.value = null;
    this.phase.value = 'closed';
  }
}
