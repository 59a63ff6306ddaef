import { AppError } from '../../contracts/base/errors.js';

/** Temporal calls `default` for every activity that a set does not name. */
const refusing = {
  default: async (): Promise<never> => {
    throw new AppError('ModalUnavailable', 'this worker has no Modal credentials');
  },
};

/** The Modal set of a worker without credentials: work fails at once and goes on locally. */
export const modalDisabled = {
  files: refusing,
  long: { agent: refusing, image: refusing, video: refusing, play: refusing },
};
