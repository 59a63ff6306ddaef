import { setTimeout as sleep } from 'node:timers/promises';
import { warned, type Log } from '../telemetry/log.js';
import type { ChangedProject } from '../store/tables/project-changes.js';

/** Receives the changes of a project. */
export interface Follower {
  readonly projectId: string;
  /** Compares the present project, sends what is new. Throws when it must be repeated. */
  take(news: ChangedProject): Promise<void>;
}

export interface FollowsDeps {
  /** Of these projects those that changed after the change named, or are gone. */
  changes(places: ReadonlyMap<string, number>): Promise<ChangedProject[]>;
  log: Log;
  intervalMs?: number;
}

interface Followed {
  /** The last change that every follower here has. */
  changeNo: number;
  readonly followers: Set<Follower>;
}

const INTERVAL_MS = 1_000;
/** Before the first change of any project. */
const BEFORE_ALL = -1;

/**
 * All followed projects of this API instance: one poll a second for all of them, none without
 * followers (K2). The author and host of a change make no difference.
 */
export class ProjectFollows {
  private readonly projects = new Map<string, Followed>();
  private isAsking = false;

  constructor(private readonly deps: FollowsDeps) {}

  /** The follower gets everything since before it came, at once. */
  add(follower: Follower): void {
    const followed = this.projects.get(follower.projectId) ?? {
      changeNo: BEFORE_ALL,
      followers: new Set(),
    };
    followed.changeNo = BEFORE_ALL;
    followed.followers.add(follower);
    this.projects.set(follower.projectId, followed);
    if (!this.isAsking) void this.askWhileFollowed();
  }

  remove(follower: Follower): void {
    const followed = this.projects.get(follower.projectId);
    followed?.followers.delete(follower);
    if (followed?.followers.size === 0) this.projects.delete(follower.projectId);
  }

  private async askWhileFollowed(): Promise<void> {
    this.isAsking = true;
    while (this.projects.size > 0) {
      await sleep(this.deps.intervalMs ?? INTERVAL_MS, undefined, { ref: false });
      await this.ask().catch(
        warned(this.deps.log, {}, 'followed projects could not be read; trying again'),
      );
    }
    this.isAsking = false;
  }

  private async ask(): Promise<void> {
    const places = new Map([...this.projects].map(([id, { changeNo }]) => [id, changeNo]));
    if (places.size === 0) return;
    const news = await this.deps.changes(places);
    await Promise.all(news.map((each) => this.tell(each)));
  }

  private async tell(news: ChangedProject): Promise<void> {
    const followed = this.projects.get(news.id);
    if (!followed) return;
    // Before it is sent: a follower that comes meanwhile reads from the beginning.
    if ('changeNo' in news) followed.changeNo = news.changeNo;
    const told = await Promise.allSettled([...followed.followers].map((each) => each.take(news)));
    for (const outcome of told) {
      if (outcome.status === 'fulfilled') continue;
      followed.changeNo = BEFORE_ALL;
      this.deps.log.warn(
        { err: outcome.reason as unknown, projectId: news.id },
        'a follower could not take a change; trying again',
      );
    }
  }
}
