import path from 'node:path';
import { PlaySlots } from '../../../src/activities/local/play-slots.js';
import { agentActivities } from '../../../src/activities/hosted/agents.js';
import { localFileActivities } from '../../../src/activities/local/project-files.js';
import { localImageActivities } from '../../../src/activities/local/images.js';
import { localHost } from '../../../src/activities/local/host.js';
import { playActivities, searchActivities } from '../../../src/activities/hosted/plays.js';
import { videoActivities } from '../../../src/activities/hosted/videos.js';
import { bundleRunner } from '../../../src/activities/local/runner-program.js';
import { createDiskCache } from '../../../src/objects/disk-cache.js';
import { objectFile } from '../../../src/objects/file-object-store.js';
import { projectPrefix } from '../../../src/versions/kept/places.js';
import { openModal, type ModalSet } from '../../../src/activities/modal/open.js';
import { createAlerts } from '../../../src/store/alerts.js';
import { volumeNameOf } from '../../../src/contracts/execution/modal.js';
import { startModalEmulator, type ModalEmulator } from '../../support/modal-emulator.js';
import { IMAGE_KEY, log, MODEL_KEY, type PortSet, type PortFixture } from './fixture.js';

/** The set that works on this machine. */
export async function localSet(fixture: PortFixture): Promise<PortSet> {
  const {
    database: { store },
    dataDir,
  } = fixture;
  const deps = {
    ...fixture,
    config: fixture.config(),
    store,
    runner: await bundleRunner(dataDir),
    cache: createDiskCache(dataDir, fixture.objects),
    playSlots: new PlaySlots(2),
    log,
  };
  const host = localHost(deps);
  return {
    name: 'local',
    agent: agentActivities(deps, host),
    files: localFileActivities(deps),
    images: localImageActivities(deps, host),
    videos: videoActivities(deps, host),
    plays: playActivities(deps, host),
    searches: searchActivities(deps, host),
    isRunner: (args) => args.includes(path.join(dataDir, 'runner', 'main.mjs')),
    projectFolder: ({ projectId }) => objectFile(dataDir, projectPrefix(projectId).slice(0, -1)),
    userFolder: ({ userId }) => objectFile(dataDir, `images/${userId}`),
    stop: async () => undefined,
  };
}

export interface ModalPortSet extends PortSet {
  readonly modal: ModalSet;
  readonly emulator: ModalEmulator;
}

/**
 * The activities of a worker that has seen no fault of Modal yet; `changes` on top of the
 * configuration.
 */
export async function openFixtureModal(
  fixture: PortFixture,
  { env }: Pick<ModalEmulator, 'env'>,
  changes: Readonly<Record<string, string>> = {},
): Promise<ModalSet> {
  const { store } = fixture.database;
  const config = fixture.config({ ...env, ...changes });
  const alerts = createAlerts({ config, store, log });
  const modal = await openModal({ ...fixture, config, store, alerts, log });
  if (!modal) throw new Error('no Modal set without credentials');
  return modal;
}

/**
 * The set that works in containers, here those of the emulator, with our own functions deployed.
 */
export async function modalSet(fixture: PortFixture): Promise<ModalPortSet> {
  const { model } = fixture;
  const emulator = await startModalEmulator({
    secrets: {
      anthropic: { ANTHROPIC_API_KEY: MODEL_KEY, ANTHROPIC_BASE_URL: model.url },
      gemini: { GEMINI_API_KEY: IMAGE_KEY, GEMINI_BASE_URL: fixture.config().GEMINI_BASE_URL },
    },
  });
  try {
    await emulator.deployOurs();
    const modal = await openFixtureModal(fixture, emulator);
    return {
      name: 'modal',
      modal,
      emulator,
      agent: modal.long.agent,
      files: modal.files,
      images: modal.long.image,
      videos: modal.long.video,
      plays: modal.long.play,
      searches: modal.long.search,
      isRunner: (args) =>
        args.includes(path.dirname(path.dirname(emulator.volumeFolder('any')))) &&
        /dreamcore\/runner-\w+\.mjs/.test(args),
      userFolder: ({ userId }) =>
        path.join(emulator.volumeFolder(volumeNameOf(userId)), 'projects'),
      projectFolder: ({ userId, projectId }) =>
        path.join(emulator.volumeFolder(volumeNameOf(userId)), 'projects', projectId),
      async stop() {
        await modal.close();
        await emulator.stop();
      },
    };
  } catch (error) {
    await emulator.stop();
    throw error;
  }
}
