import type { Server } from 'node:http';
import type { Client } from '@temporalio/client';
import type { RequestHandler } from 'express';
import type { Config } from '../config.js';
import type { JobRow } from '../contracts/rows.js';
import type { Log } from '../log.js';
import type { Mirror } from '../store/mirror.js';
import type { Store } from '../store/index.js';
import { createAdmitter } from './admission/admit.js';
import type { Auth } from './auth.js';
import { durableLane } from './callback/durable-lane.js';
import { callbackRouter } from './callback/router.js';
import { JobFeeds } from './jobs-feed/feeds.js';
import { storeFacts } from './jobs-feed/store-facts.js';
import { streamReader } from './jobs-feed/stream-reader.js';
import { attachSockets, type Sockets } from './sockets/attach.js';
import { stopJob } from './sockets/stop-job.js';

export interface RealtimeDeps {
  config: Config;
  temporal: Client;
  auth: Auth;
  store: Store;
  mirror: Mirror;
  log: Log;
}

export interface Realtime {
  /** `POST /callback/:jobId`; before any body parser. */
  callback: RequestHandler;
  /** Stops a job as the socket's `cancel` does. */
  cancelJob(job: JobRow): Promise<JobRow | null>;
  /** Serves WebSockets on every path of this server. */
  attach(server: Server): Sockets;
}

/** Everything about running jobs: admission, what runs report, what sockets hear; wired together once. */
export function createRealtime({ config, temporal, auth, store, mirror, log }: RealtimeDeps): Realtime {
  const readStream = streamReader(temporal);
  const feeds = new JobFeeds({ readStream, facts: storeFacts(store, mirror), log });
  const admitter = createAdmitter(temporal, log);
  return {
    callback: callbackRouter({
      masterSecret: config.CALLBACK_SECRET,
      ...durableLane(temporal, readStream),
      job: (jobId) => store.jobs.get(jobId),
      noteProgress: (...note) => store.jobs.noteProgress(...note),
      offer: (jobId, items) => feeds.offer(jobId, items),
      log,
    }),
    cancelJob: (job) => stopJob({ admitter, store, feeds }, job),
    attach: (server) => attachSockets(server, { config, auth, store, mirror, feeds, admitter, log }),
  };
}
