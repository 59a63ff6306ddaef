import { AppError } from '../../contracts/errors.js';
import type { AgentActivities, ImageActivities, VideoActivities } from '../ports.js';

/**
 * The Modal set of a worker without credentials: whoever still asks for it hears at once that the
 * run has to go on elsewhere (G1).
 */
export const modalDisabled: AgentActivities & ImageActivities & VideoActivities = {
  runAgent: refuse,
  drawImage: refuse,
  removeBackground: refuse,
  renderVideo: refuse,
};

async function refuse(): Promise<never> {
  throw new AppError('ModalUnavailable', 'this worker has no Modal credentials');
}
