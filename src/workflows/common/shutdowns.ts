import type { WorkerShutdownDetails } from '../../contracts/durable/workflows.js';
import { shutdownOf } from './failures.js';

/**
 * Does a step until it ends by itself: a shutdown of its worker is no failure of the step and costs
 * no try (I5). `isToRepeat` leaves some shutdowns to the caller.
 */
export async function throughShutdowns<T>(
  run: () => Promise<T>,
  isToRepeat: (shutdown: WorkerShutdownDetails) => boolean = () => true,
): Promise<T> {
  for (;;) {
    try {
      return await run();
    } catch (error) {
      const shutdown = shutdownOf(error);
      if (shutdown === null || !isToRepeat(shutdown)) throw error;
    }
  }
}
