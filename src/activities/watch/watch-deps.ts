import type { Client } from '@temporalio/client';
import type { Config } from '../../config.js';
import type { Log } from '../../telemetry/log.js';
import type { Store } from '../../store/index.js';
import type { StreamWriter } from '../../stream/writer.js';
import type { BuildRange } from '../../process/build-range.js';
import type { WorkerBuild } from '../../process/worker-build.js';
import type { JobActivities } from '../ports/job-port.js';
import type { Alerts } from '../../store/alerts.js';

/** What every step of a round works with (I2). */
export interface WatchDeps {
  readonly client: Client;
  readonly config: Config;
  readonly build: WorkerBuild;
  readonly range: BuildRange;
  readonly store: Store;
  readonly stream: StreamWriter;
  readonly alerts: Alerts;
  /** The ordinary end of a job. */
  readonly complete: JobActivities['completeJob'];
  /** Starts the jobs of queued messages whose turn it is (Q3). */
  readonly admitNext: () => Promise<unknown>;
  /** Does this process work on a task of the queue? */
  readonly isWorkedOn: (queue: string) => boolean;
  readonly log: Log;
}
