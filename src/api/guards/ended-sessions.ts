import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../../telemetry/log.js';
import type { Store } from '../../store/index.js';

const INTERVAL_MS = 1_000;
/** A sign-out may be committed this long after the time that its row has. */
const OVERLAP_S = 30;
/** Failed reads in a row before one is logged; a restart of the database is shorter. */
const FAILURES_LOGGED = 5;
/** No access token lives longer (hosted Supabase allows a week). */
const KEPT_MS = 8 * 24 * 3_600_000;

/**
 * Sessions whose tokens and signed paths are refused (D7). One question a second for the whole
 * process, none for a request: a sign-out is known within a second and the time of that question.
 * While the database is away, what is known stays.
 */
export class EndedSessions {
  private readonly knownMs = new Map<string, number>();
  private readMs: number | null = null;
  private failures = 0;

  constructor(
    private readonly rows: Pick<Store['endedSessions'], 'ids'>,
    private readonly log: Log,
  ) {}

  /** False for a token that names no session. */
  readonly has = (sessionId: string | undefined): boolean =>
    sessionId !== undefined && this.knownMs.has(sessionId);

  /** Reads every second until `signal` aborts. */
  async follow(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.read();
      await sleep(INTERVAL_MS, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  async read(): Promise<void> {
    const nowMs = performance.now();
    const sinceS = this.readMs === null ? null : Math.ceil((nowMs - this.readMs) / 1_000);
    try {
      const ids = await this.rows.ids(sinceS === null ? null : sinceS + OVERLAP_S);
      for (const id of ids) if (!this.knownMs.has(id)) this.knownMs.set(id, nowMs);
      this.readMs = nowMs;
      this.failures = 0;
    } catch (error) {
      this.failures += 1;
      if (this.failures === FAILURES_LOGGED)
        this.log.warn({ err: error }, 'ended sessions could not be read');
    }
    for (const [id, knownMs] of this.knownMs) {
      if (nowMs - knownMs < KEPT_MS) break;
      this.knownMs.delete(id);
    }
  }
}
