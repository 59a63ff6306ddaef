import type { WorkerConfig } from '../../config.js';
import type { Store } from '../../store/index.js';
import type { Mirror } from '../../store/mirror/mirror.js';
import { longActivity } from '../frame/long-activity.js';
import type { PlayActivities } from '../ports/play-port.js';
import { announcePlay, keepPlay, playInput, type PlayStore } from '../runner-input/play-input.js';
import { assetsOnDisk } from './asset-copies.js';
import { startRunner } from './runner-process.js';
import type { RunnerProgram } from './runner-program.js';

export interface LocalPlayDeps extends PlayStore {
  config: WorkerConfig;
  store: Pick<Store, 'assets' | 'jobs'>;
  mirror: Mirror;
  runner: RunnerProgram;
}

/** Games played on this machine, by a runner with a browser of its own. */
export function localPlayActivities(deps: LocalPlayDeps): PlayActivities {
  const { mirror, runner } = deps;
  return {
    playGame: (input) =>
      longActivity({ onShutdown: 'stops' }, async ({ signal }) => {
        const { userId, projectId, revision } = input;
        await announcePlay(deps, input);
        const repoDir = await mirror.ensure(userId, projectId);
        await mirror.assertHere(userId, projectId, revision);
        const assets = await assetsOnDisk(deps, input);
        const given = playInput(input, { repoDir, assets });
        const raw = await startRunner({ program: runner, input: given, env: {}, signal });
        return keepPlay(deps, input, raw);
      }),
  };
}
