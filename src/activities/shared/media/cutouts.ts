import type { WorkerConfig } from '../../../config.js';
import type { CutoutActivities } from '../../ports/image-ports.js';

/** Who cuts images out. */
export function cutoutActivities({
  config,
}: {
  config: Pick<WorkerConfig, 'REPLICATE_API_TOKEN'>;
}): CutoutActivities {
  return {
    planCutout: async () => ({
      by: config.REPLICATE_API_TOKEN === undefined ? 'network' : 'service',
    }),
  };
}
