import { databaseName } from '../checks/data-owner.js';
import type { FetchOld } from '../move/fetched.js';
import { isToBeMoved, moveFirst, moveRest, type LeftBehind } from '../move/move.js';
import { createLog } from '../telemetry/log.js';
import type { Answer, Output } from './options.js';
import { openRunningStore } from './running-store.js';

interface MoveOptions extends Output {
  /** Only what an API must have before it serves. */
  readonly first?: boolean;
}

/** `npx dreamcore move`: puts what an older release keeps in DATA_DIR into objects. */
export async function moveData({ envFile, first = false }: MoveOptions): Promise<Answer> {
  const { store, objects, config } = await openRunningStore(envFile);
  const { DATA_DIR: dataDir } = config;
  const { lost } = await store.unmoved.count();
  if (!(await isToBeMoved(dataDir)) && (first || lost === 0))
    return { text: `Nothing in ${dataDir} is to be moved.` };
  const deps = {
    dataDir,
    database: databaseName(config),
    store,
    objects,
    fetchOld: config.MODAL_TOKEN_ID ? leftToWorker : null,
    log: createLog('move'),
  };
  const run = { signal: new AbortController().signal };
  await moveFirst(deps, run);
  if (first) return { text: 'What is shown first is moved; the worker moves the rest.' };
  const left = await moveRest(deps, run);
  return { text: sentenceOf(left), exitCode: left.late + left.refused > 0 ? 1 : 0 };
}

/** Only a worker asks the Volumes. */
const leftToWorker: FetchOld = () => Promise.reject(new Error('a worker asks the Volumes'));

function sentenceOf({ late, lost, refused }: LeftBehind): string {
  const parts = [
    [late, 'may be on a Volume, which the worker asks'],
    [lost, 'are held by no store'],
    [refused, 'cannot be moved; the log names them'],
  ] as const;
  const said = parts.flatMap(([count, what]) => (count > 0 ? [`${count} versions ${what}`] : []));
  return said.length === 0 ? 'Everything is moved.' : `All others are moved: ${said.join(', ')}.`;
}
