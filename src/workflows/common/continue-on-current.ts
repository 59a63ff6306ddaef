import { makeContinueAsNewFunc, type Workflow } from '@temporalio/workflow';

/**
 * Continues as new on whatever build is current: the one moment at which a pinned run may change
 * its code, because nothing of its history is replayed there (I1).
 */
export function continueOnCurrentBuild<F extends Workflow>(...args: Parameters<F>): Promise<never> {
  return makeContinueAsNewFunc<F>({ initialVersioningBehavior: 'AUTO_UPGRADE' })(...args);
}
