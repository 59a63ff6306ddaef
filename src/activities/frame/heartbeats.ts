import type { ActivityInterceptorsFactory } from '@temporalio/worker';

const HEARTBEAT_MS = 1_000;

/**
 * Heartbeats once a second while a short activity runs, so that a dead worker is detected by the
 * heartbeat timeout, long before the activity itself would time out. Long activities send
 * heartbeats with details of their own (`longActivity`).
 */
export const heartbeatInterceptor: ActivityInterceptorsFactory = (context) => ({
  inbound: {
    async execute(input, next) {
      const timer = setInterval(() => context.heartbeat(), HEARTBEAT_MS);
      try {
        return await next(input);
      } finally {
        clearInterval(timer);
      }
    },
  },
});
