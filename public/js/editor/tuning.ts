/**
 * Tuning the game without a wish: what the current version declares, what is moved away from it,
 * and saving that as a version.
 */
import { computed, effect, signal } from '@preact/signals';
import { ask, failureText, get, Refusal } from '../net/rest.js';
import type { Session } from '../net/session.js';
import { text } from '../texts/index.js';
import type { Setting } from '../types.js';
import { confirmLeaving } from '../ui/dialog.js';
import { byId } from '../ui/dom.js';
import { later } from '../ui/later.js';
import { toast } from '../ui/toast.js';
import type { Preview } from './preview.js';

export type Value = Setting['value'];

/** What tuning uses of the page around it. */
interface Page {
  readonly session: Session;
  readonly projectId: string;
  readonly preview: Preview;
  readonly panes: { showPreview: () => void };
  /** Settings were saved here. */
  tuned: () => void;
}

export class Tuning {
  /** As they are saved. */
  readonly settings = signal<readonly Setting[]>([]);
  /** What is moved away from what is saved, by name. */
  readonly moved = signal<ReadonlyMap<string, Value>>(new Map());
  readonly isMoved = computed(() => this.moved.value.size > 0);
  readonly isOpen = signal(false);
  private readonly button = byId('tuneButton', HTMLButtonElement);
  private readonly address;
  private reads = 0;
  /** Saves of this page, which come back to it as a follower. */
  private readonly own = new Set<string>();
  /** The save that was not answered: asked again it is the same one. */
  private unanswered = { body: '', actionId: '' };

  constructor(private readonly page: Page) {
    this.address = `/api/projects/${page.projectId}/settings`;
    const open = later(
      () => import('./on-demand.js'),
      ({ showTuning }) => {
        page.panes.showPreview();
        this.isOpen.value = true;
        showTuning(this);
      },
    );
    this.button.addEventListener('click', () => void (this.isOpen.value ? this.close() : open()));
    effect(() => {
      this.button.hidden = this.settings.value.length === 0;
      this.button.ariaExpanded = String(this.isOpen.value);
    });
  }

  isOwn(actionId: string): boolean {
    return this.own.has(actionId);
  }

  valueOf({ name, value }: Setting): Value {
    return this.moved.value.get(name) ?? value;
  }

  /** The running game takes it at once. */
  move(setting: Setting, value: Value): void {
    const moved = new Map(this.moved.value).set(setting.name, value);
    if (value === setting.value) moved.delete(setting.name);
    this.moved.value = moved;
    // All values, so that one that was put back is sent, too.
    const all = this.settings.value.map((each) => [each.name, this.valueOf(each)]);
    this.page.preview.tune(Object.fromEntries(all) as Record<string, Value>);
  }

  putBack(): void {
    if (this.isMoved.value) this.page.preview.tune(null);
    this.moved.value = new Map();
  }

  /** Asks first whether what was not saved may go. */
  async close(): Promise<void> {
    if (this.isMoved.value && !(await confirmLeaving())) return;
    this.putBack();
    this.leave();
  }

  private leave(): void {
    this.moved.value = new Map();
    this.isOpen.value = false;
    this.button.focus();
  }

  async save(): Promise<void> {
    const values = Object.fromEntries(this.moved.value);
    try {
      await this.store(values);
      this.settings.value = this.settings.value.map(
        (setting) => ({ ...setting, value: values[setting.name] ?? setting.value }) as Setting,
      );
      // What was moved on since then stays moved.
      const others = [...this.moved.value].filter(([name, value]) => values[name] !== value);
      this.moved.value = new Map(others);
      this.page.preview.tuned();
      this.page.tuned();
      toast(text.tuneSaved, { kind: 'success' });
    } catch (error) {
      const isBusy = error instanceof Refusal && error.status === 409;
      toast(isBusy ? text.jobActive : failureText(error, text.tuneFailed), { kind: 'error' });
    }
  }

  private async store(values: Record<string, Value>): Promise<void> {
    const body = JSON.stringify(values);
    if (this.unanswered.body !== body) this.unanswered = { body, actionId: crypto.randomUUID() };
    const { actionId } = this.unanswered;
    this.own.add(actionId);
    try {
      await ask(this.page.session, 'PUT', this.address, { actionId, values });
    } catch (error) {
      if (error instanceof Refusal) this.unanswered = { body: '', actionId: '' };
      throw error;
    }
  }

  /** There is another version: what it declares may be tuned, and nothing of the one before. */
  async read(): Promise<void> {
    const read = (this.reads += 1);
    const settings = await get(this.page.session, this.address)
      .then(async (answer) => ((await answer.json()) as { settings: Setting[] }).settings)
      .catch(() => null);
    // What is being tuned stays where the answer failed to come.
    if (settings === null || read !== this.reads) return;
    const isOther = JSON.stringify(settings) !== JSON.stringify(this.settings.value);
    this.settings.value = settings;
    if (isOther && this.isOpen.value) this.leave();
  }
}
