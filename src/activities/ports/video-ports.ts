import type { RenderVideoInput, VideoMade, VideoStory } from '../../contracts/media/video.js';

/** A video by its plan, of one fixed version. */
export type RenderVideoStoryInput = RenderVideoInput & VideoPlan & { attempt: number };

export interface VideoActivities {
  /**
   * Records the game of the revision, renders its video and keeps it; once,
   * whatever is killed (F4). Heartbeats; cancellable.
   */
  renderVideo(input: RenderVideoStoryInput): Promise<VideoMade>;
}

export interface VideoPlan {
  title: string;
  story: VideoStory;
}

export interface VideoPlanActivities {
  /** Texts of the video of a version. */
  planVideo(input: RenderVideoInput): Promise<VideoPlan>;
}
