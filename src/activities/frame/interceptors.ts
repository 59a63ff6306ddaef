import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import type { AgentActivities } from '../ports/agent-port.js';
import type { ReplicationActivities } from '../ports/backend-ports.js';
import type {
  CutoutServiceActivities,
  ImageActivities,
  ScreenshotActivities,
} from '../ports/image-ports.js';
import type { PlayActivities, SearchActivities } from '../ports/play-port.js';
import type { FileActivities } from '../ports/project-files-port.js';
import type { SharedActivities } from '../ports/shared-set.js';
import type { VideoActivities } from '../ports/video-ports.js';

/** Every activity of a worker by its name, whichever set implements it. */
type Activities = SharedActivities &
  AgentActivities &
  FileActivities &
  ReplicationActivities &
  ImageActivities &
  ScreenshotActivities &
  CutoutServiceActivities &
  VideoActivities &
  PlayActivities &
  SearchActivities;

/** Runs before and after one activity, with its input and result as the port declares them. */
type Around<A extends (input: never) => Promise<unknown>> = (
  input: Parameters<A>[0],
  run: () => ReturnType<A>,
) => Promise<Awaited<ReturnType<A>>>;

/** What runs around some activities, by name; the ports type each entry. */
export type Arounds = { readonly [Name in keyof Activities]?: Around<Activities[Name]> };

/** An interceptor that runs `arounds` in whichever worker executes the activities they name. */
export function aroundActivities(arounds: Arounds): ActivityInterceptorsFactory {
  const byName = new Map<string, unknown>(Object.entries(arounds));
  return ({ info }) => ({
    inbound: {
      execute(input, next) {
        // Temporal delivers arguments untyped: the name selects the port that types them.
        const around = byName.get(info.activityType) as Around<
          (input: unknown) => Promise<unknown>
        >;
        return around === undefined ? next(input) : around(input.args[0], () => next(input));
      },
    },
  });
}
