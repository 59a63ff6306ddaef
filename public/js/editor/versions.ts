/** The versions of the game: those that are known, marking one, restoring one, going back. */
import { signal } from '@preact/signals';
import type { Requests } from '../net/requests.ts';
import { text } from '../texts/index.js';
import type { Frame, Version } from '../types.js';
import { confirmDialog } from '../ui/dialog.js';
import { later } from '../ui/later.js';
import type { Changes } from './changes.js';
import { calledOf } from './compare.js';

const RESTORE_WITHIN_MS = 30_000;

/** What the owner of a game changes of a version. */
export interface VersionChange {
  name?: string;
  isBookmarked?: boolean;
}

interface Doings {
  onRestored: (versionId: string) => void;
  loadDifference: (since: string, until: string) => Promise<Changes>;
  /** Saves all versions as a git repository. */
  downloadAll: () => Promise<void>;
  urlOf: (versionId: string) => Promise<string>;
}

export class Versions {
  /** Restored by this page; for a server that does not mark the current version. */
  private restoredId: string | null = null;
  /** Sent by the server since the panel was opened, newest first. */
  readonly known = signal<readonly Version[]>([]);

  constructor(
    readonly projectId: string,
    private readonly requests: Requests,
    readonly doings: Doings,
  ) {}

  /** A new version was made: the newest is the current one again. */
  forgetRestored(): void {
    this.restoredId = null;
  }

  /** The version that the game is made of now; null = there is none. */
  async current(): Promise<Version | null> {
    return this.currentOf(await this.page());
  }

  /** The same, of those that are known. */
  get currentKnown(): Version | null {
    return this.currentOf(this.known.value);
  }

  /** Shows the panel until it is closed or a version is restored. */
  readonly openPanel = later(
    () => import('./on-demand.js'),
    ({ openVersionsPanel }) => {
      this.known.value = [];
      return openVersionsPanel(this);
    },
  );

  /** Names or bookmarks a version; the change is applied by {@link marked}. */
  mark(versionId: string, change: VersionChange): Promise<unknown> {
    const { projectId } = this;
    return this.requests.ask(
      { type: 'markVersion', projectId, versionId, ...change },
      'versionMarked',
      { where: (frame) => frame.projectId === projectId && frame.versionId === versionId },
    );
  }

  /** A version was named or bookmarked, in this tab or in another one. */
  marked({ versionId, name, isBookmarked }: Frame<'versionMarked'>): void {
    this.known.value = this.known.value.map((version) => {
      if (!versionId.startsWith(version.id)) return version;
      const { name: _before, ...rest } = version;
      return { ...rest, isBookmarked, ...(name !== null && { name }) };
    });
  }

  /** Resolves with whether the version was restored. */
  confirmRestore(version: Version): Promise<boolean> {
    return confirmDialog({
      iconName: 'clock',
      title: text.restoreTitle,
      lines: [text.restoreQuestion(calledOf(version)), text.restoreNote],
      action: text.restoreAction,
      run: () => this.restore(version.id),
    });
  }

  private async restore(id: string): Promise<void> {
    await this.requests.ask(
      {
        type: 'restoreVersion',
        projectId: this.projectId,
        versionId: id,
        messageId: crypto.randomUUID(),
      },
      'versionRestored',
      { where: (frame) => frame.projectId === this.projectId, timeoutMs: RESTORE_WITHIN_MS },
    );
    this.restoredId = id;
    this.doings.onRestored(id);
  }

  /**
   * Goes back to the version before the current one, whose message `onStart` receives. Resolves
   * with false if there is none.
   */
  async restorePrevious(onStart: (message: string) => void): Promise<boolean> {
    const versions = await this.page();
    const currentId = this.currentOf(versions)?.id;
    const previous = versions[versions.findIndex(({ id }) => id === currentId) + 1];
    if (!previous) return false;
    onStart(previous.message);
    await this.restore(previous.id);
    return true;
  }

  private currentOf(newestFirst: readonly Version[]): Version | null {
    return (
      newestFirst.find(({ current }) => current === true) ??
      newestFirst.find(({ id }) => id === this.restoredId) ??
      newestFirst.find(({ number }) => number === 1) ??
      null
    );
  }

  /** A page of versions, older than the ordinal `before`, all or the bookmarked ones. */
  async page(which: { before?: number; bookmarkedOnly?: boolean } = {}): Promise<Version[]> {
    const { versions } = await this.requests.ask(
      { type: 'getVersions', projectId: this.projectId, ...which },
      'versionsList',
      { where: (frame) => frame.projectId === this.projectId },
    );
    this.remember(versions);
    return versions;
  }

  private remember(versions: readonly Version[]): void {
    const ids = new Set(versions.map(({ id }) => id));
    const others = this.known.value.filter(({ id }) => !ids.has(id));
    this.known.value = [...others, ...versions].sort(
      (one, other) => (other.ordinal ?? -other.number) - (one.ordinal ?? -one.number),
    );
  }
}
