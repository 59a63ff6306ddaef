import { DreamError } from '../../contracts/errors.js';
import type { AgentActivities, ImageActivities, VideoActivities } from '../ports.js';

/** The Modal set of a worker without credentials: whoever still asks for it hears at once that the run has to go on elsewhere (G1). */
export const absentModal: AgentActivities & ImageActivities & VideoActivities = {
  runAgent: refuse,
  drawPicture: refuse,
  removeBackground: refuse,
  renderFilm: refuse,
};

async function refuse(): Promise<never> {
  throw new DreamError('ModalUnavailable', 'this worker has no Modal credentials');
}
