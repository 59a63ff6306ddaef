import type { ActionOutcome } from '../contracts/actions.js';
import type { GeneratePublishInfoInput, PublishInfo } from '../contracts/publishing.js';
import { answering } from './activity-proxies.js';
import { runAction } from './run-action.js';

/** Words for the publish page; nothing is kept but the row's result. */
export async function generatePublishInfo(
  input: GeneratePublishInfoInput,
): Promise<ActionOutcome<PublishInfo>> {
  return runAction('generatePublishInfo', input, () => answering.generatePublishInfo(input));
}
