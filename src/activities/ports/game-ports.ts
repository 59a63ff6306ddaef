import type { GenerateThumbnailInput, ImageMade } from '../../contracts/media/images.js';
import type { RemixedGame, RemixGameInput } from '../../contracts/media/publishing.js';
import type { RerunCopy, RerunJobInput } from '../../contracts/durable/rerun.js';

/** Parts of the shared set: what is made of a game that is there. */
export interface RemixActivities {
  /**
   * Makes a project of the user's from what is published, its parent named in its row; once,
   * however often it is tried. `ACCESS_DENIED` where the maker does not allow it.
   */
  makeRemix(input: RemixGameInput): Promise<RemixedGame>;
}

export interface RerunActivities {
  /**
   * Makes a project of the operator's as the job's was when it began: files and last chat lines;
   * once, however often it is tried. `ACCESS_DENIED` when the job or its project is gone. With the
   * candidate that is taken, `RevisionMissing` when it is not here any more, and what its play has
   * seen, or `FILE_NOT_FOUND`.
   */
  copyForRerun(input: RerunJobInput): Promise<RerunCopy>;
}

export interface ThumbnailActivities {
  /** How a project's image is made: by the image model, or without one by looking at the game. */
  planThumbnail(input: GenerateThumbnailInput): Promise<
    | { kind: 'draw'; prompt: string }
    /** The play of its version has taken one, which is the action's image now. */
    | { kind: 'taken'; made: ImageMade }
    | { kind: 'screenshot'; revision: string }
  >;
  /**
   * Makes the action's image the project's and ends the row with `made` as its result (F2);
   * `RunCancelled` when the action or its project has ended.
   */
  keepThumbnail(
    input: Pick<GenerateThumbnailInput, 'actionId' | 'userId' | 'projectId'> & { made: ImageMade },
  ): Promise<void>;
}
