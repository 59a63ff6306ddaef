/** What happens right now: the step, how far it is, since when, and whether it is tried again. */
import { computed, signal } from '@preact/signals';
import { text } from '../texts/index.js';
import type { Frame, JobRow, Step } from '../types.js';
import { prefersStillness } from '../ui/dom.js';

const STAYS_WHEN_DONE_MS = 2_000;
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
  /** Characters of the text of the AI that are not typed out yet. */
  readonly behind = signal(0);
  /** Is the text of the AI unfolded? */
  isWatched = false;
  /** What the preview shows of it; null when nothing is going on. */
  readonly shownPercent = computed(() => (this.isOpen ? this.percent.value : null));
  private clock: number | undefined;
  private leaving: number | undefined;
  private typing: number | undefined;

  /** Opens with a step that has no percentage yet. */
  open(step: string, startedAt = Date.now()): void {
    this.close();
    this.restart();
    const tick = (): void => {
      this.elapsedMs.value = Date.now() - startedAt;
    };
    tick();
    this.clock = window.setInterval(tick, 1_000);
    this.file.value = '';
    this.been.value = [];
    this.trying.value = null;
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
    this.reach(progress);
    this.been.value = steps;
    this.trying.value = trying;
  }

  showProgress({ progress, step, job }: Frame<'progress'>): void {
    this.reach(progress);
    if (step !== undefined && step !== this.been.value.at(-1))
      this.been.value = [...this.been.value, step];
    if (job) this.trying.value = job.trying;
  }

  /** The bar never goes back; numbers of the server may. */
  private reach(percent: number): void {
    this.percent.value = Math.max(this.percent.value, Math.min(100, percent));
  }

  /** A new try: the bar begins again. */
  restart(): void {
    this.percent.value = 0;
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
    this.percent.value = 100;
    this.step.value = text.done;
    this.phase.value = 'done';
    this.leaving = window.setTimeout(() => this.close(), STAYS_WHEN_DONE_MS);
  }

  close(): void {
    window.clearInterval(this.clock);
    window.clearTimeout(this.leaving);
    this.phase.value = 'closed';
  }
}
