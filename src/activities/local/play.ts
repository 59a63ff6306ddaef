import type { WorkerConfig } from '../../config.js';
import type { PlayRecords } from '../../objects/play-records.js';
import type { Store } from '../../store/index.js';
import type { Mirror } from '../../store/mirror/mirror.js';
import { longActivity } from '../frame/long-activity.js';
import type { PlayActivities } from '../ports.js';
import { keepPlay, playInput } from '../runner-input/play-input.js';
import { assetsOnDisk } from './asset-copies.js';
import { startRunner } from './runner-process.js';
import type { RunnerProgram } from './runner-program.js';

export interface LocalPlayDeps {
  config: WorkerConfig;
  store: Pick<Store, 'assets'>;
  mirror: Mirror;
  records: PlayRecords;
  runner: RunnerProgram;
}

/** Games played on this machine, by a runner with a browser of its own. */
export function localPlayActivities(deps: LocalPlayDeps): PlayActivities {
  const { mirror, records, runner } = deps;
  return {
    playGame: (input) =>
      longActivity({ onShutdown: 'stops' }, async ({ signal }) => {
        const { userId, projectId, revision } = input;
        const repoDir = await mirror.ensure(userId, projectId);
        await mirror.assertHere(userId, projectId, revision);
        const assets = await assetsOnDisk(deps, input);
        const given = playInput(input, { repoDir, assets });
        const raw = await startRunner({ program: runner, input: given, env: {}, signal });
        return keepPlay(records, input, raw);
      }),
  };
}
