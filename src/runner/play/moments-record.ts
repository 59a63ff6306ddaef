import { MOMENT_MS } from '../../contracts/game/tape.js';
import type { SeenMoments } from '../../domain/playing/tape-facts.js';
import type { Seen } from './page-values.js';

/** Moments of a play, numbered from its beginning, however often its page is loaded meanwhile. */
export class MomentsRecord {
  private moments: SeenMoments['moments'][number][] = [];
  private series: Record<string, SeenMoments['series'][string]> = {};

  /** What a page has seen by now. */
  add(seen: Seen | undefined, nowMs: number): void {
    if (seen === undefined) return;
    const before = Math.round((nowMs - seen.passedMs) / MOMENT_MS);
    for (const each of seen.moments) this.moments.push({ ...each, at: before + each.at });
    for (const [path, steps] of Object.entries(seen.series)) {
      const known = (this.series[path] ??= []);
      for (const [at, value] of steps) known.push([before + at, value]);
    }
  }

  /** What has come since the last call. */
  take(): SeenMoments {
    const { moments, series } = this;
    this.moments = [];
    this.series = {};
    return { moments, series };
  }
}
