import { makePassable } from '../postgres/location.js';
import { loadGatewayKeys } from '../supabase/keys.js';
import path from 'node:path';
import { randomBytes } from 'node:crypto';
import type { Log } from '../../src/telemetry/log.js';
import { parseConfig, parseWorkerConfig } from '../../src/config.js';
import { ensureCutoutModel } from '../tools/cutout-model.js';
import { ensureVenvPython, VENVS } from '../tools/venv.js';
import {
  apiEnv,
  providedEnv,
  workerEnv,
  type EnvFacts,
  type ModalAccess,
  type PartFacts,
} from './part-env.js';
import { endOrphan, hasLivingLauncher, olderWorkers, readLivePid } from './pids.js';
import { PARTS, type Part, type Plan, type Selection } from './plan.js';
import { holderOf, isPortFree, settlePort } from './ports.js';
import type { Settings } from '../../src/ops/settings.js';
import { ownSecrets, ownVapid } from './secrets.js';
import {
  readStackFile,
  writeStackFile,
  type EmbeddedPorts,
  type StackFile,
} from '../../src/ops/stack-file.js';
import { wantDrawing, wantSandbox } from './wanted-tools.js';

/** One launcher per data folder. */
export async function refuseSecondLauncher(dataDir: string, publicUrl: string): Promise<void> {
  const pid = await readLivePid(dataDir, 'launcher');
  if (pid !== null)
    throw new Error(
      `DreamCore already runs from ${dataDir} (pid ${pid}): open ${publicUrl}. To run a ` +
        'second one, set another DATA_DIR and PORT.',
    );
}

/**
 * Ends parts that a killed launcher left running. Throws when a part belongs to a running launcher.
 */
export async function clearOrphans(
  dataDir: string,
  ours: readonly Part[],
  log: Log,
): Promise<void> {
  if (ours.includes('worker'))
    for (const owner of await olderWorkers(dataDir)) {
      const pid = await readLivePid(dataDir, owner);
      if (pid !== null && !(await hasLivingLauncher(pid)))
        await endOrphan(pid, 'SIGTERM', 10_000, { handsOver: true });
    }
  for (const part of [...PARTS].reverse().filter((name) => ours.includes(name))) {
    const pid = await readLivePid(dataDir, part);
    if (pid === null) continue;
    if (await hasLivingLauncher(pid)) {
      throw new Error(
        `The part "${part}" runs already (pid ${pid}). Stop it, or start the others with ` +
          `--without=${part === 'postgres' ? 'supabase' : part}.`,
      );
    }
    log.warn(
      { part, pid },
      `ending ${part} (pid ${pid}), left over from a run that was interrupted`,
    );
    await endOrphan(pid, part === 'postgres' ? 'SIGINT' : 'SIGTERM', 10_000, {
      handsOver: part === 'worker',
    });
  }
}

/** Throws with the process that has the port of the API; call it before anything is started. */
export async function refuseTakenPort(settings: Settings): Promise<void> {
  const { PORT, HOST } = settings.config;
  if (await isPortFree(PORT, HOST)) return;
  const holder = await holderOf(PORT);
  throw new Error(
    `Port ${PORT} is already in use${holder ? ` by ${holder}` : ''}. Stop that program, or ` +
      `choose another port with the variable PORT, for example PORT=${PORT + 1}.`,
  );
}

/**
 * Collects ports, keys and tools for the parts of a plan, checks the configuration of API and
 * worker, writes stack.json.
 */
export async function prepareStack(
  settings: Settings,
  plan: Plan,
  selection: Selection,
  log: Log,
): Promise<Omit<PartFacts, 'build' | 'inspected'>> {
  const { config, env } = settings;
  await makePassable(config.DATA_DIR);
  // A part alone joins the stack that the file describes.
  const joined = selection.only === undefined ? null : await readStackFile(config.DATA_DIR);
  const ports = await settlePorts(config.DATA_DIR, config.PORT, plan, selection);
  const facts: EnvFacts = {
    env,
    config,
    embedded: plan.embedded,
    ports,
    modal: modalAccess(env, plan, ports, joined),
    keys: await loadGatewayKeys(path.join(config.DATA_DIR, 'secrets')),
    secrets: await ownSecrets(config.DATA_DIR, env),
    vapid: await ownVapid(config.DATA_DIR, env),
  };
  if (plan.parts.includes('api')) parseConfig(apiEnv(facts));
  if (plan.parts.includes('worker')) parseWorkerConfig(workerEnv(facts));
  if (plan.parts.includes('worker') && config.NODE_ENV !== 'production') {
    await wantSandbox(log);
    void wantDrawing(env, log);
    // Not awaited: until it is there, images are not cut out.
    void ensureCutoutModel((line) => log.info(line)).catch((error: unknown) =>
      log.warn((error as Error).message),
    );
  }
  const modalPython = plan.parts.includes('modal')
    ? await ensureVenvPython(VENVS.modal, (line) => log.info(line))
    : '';
  const isEmbedded = plan.parts.some((part) => part !== 'api' && part !== 'worker');
  if (!joined || isEmbedded) {
    await writeStackFile(config.DATA_DIR, {
      ports: facts.ports,
      provided: providedEnv(facts),
      baseUrl: config.PUBLIC_URL,
    });
  }
  return { ...facts, modalPython };
}

/**
 * A token for this start of the emulator, or the one of the stack that is joined; null where the
 * real Modal is meant or none.
 */
function modalAccess(
  env: NodeJS.ProcessEnv,
  plan: Plan,
  ports: EmbeddedPorts,
  joined: StackFile | null,
): ModalAccess | null {
  if (env.MODAL_TOKEN_ID) return null;
  const {
    MODAL_SERVER_URL: serverUrl,
    MODAL_TOKEN_ID: tokenId,
    MODAL_TOKEN_SECRET: tokenSecret,
  } = joined?.provided ?? {};
  if (serverUrl && tokenId && tokenSecret) return { serverUrl, tokenId, tokenSecret };
  if (!plan.parts.includes('modal')) return null;
  const random = (): string => randomBytes(16).toString('hex');
  return {
    serverUrl: `http://127.0.0.1:${ports.modal}`,
    tokenId: `ak-${random()}`,
    tokenSecret: `as-${random()}`,
  };
}

/**
 * The ports of the last start where they are still free, else new ones; the first time next to PORT
 * (3000 → Temporal 7233, its UI 8233). Parts that this launcher does not start keep the ports that
 * their own launcher wrote down.
 */
async function settlePorts(
  dataDir: string,
  port: number,
  plan: Plan,
  selection: Selection,
): Promise<EmbeddedPorts> {
  const last = (await readStackFile(dataDir))?.ports;
  const missing = (['supabase', 'temporal', 'demo'] as const).filter(
    (part) => plan.embedded[part] && !plan.parts.includes(part),
  );
  if (
    !last &&
    selection.only &&
    missing.length > 0 &&
    plan.parts.some((part) => part === 'api' || part === 'worker')
  ) {
    throw new Error(
      `No stack has been started in ${dataDir}. Run npm start first, or set SUPABASE_URL, ` +
        'TEMPORAL_ADDRESS and ANTHROPIC_API_KEY to use real services.',
    );
  }
  const wanted = last ?? {
    postgres: port + 3,
    supabase: port + 1,
    demo: port + 2,
    modal: port + 4,
    temporal: port + 4233,
    temporalUi: port + 5233,
  };
  const taken = new Set([port]);
  const settle = (part: Part, at: number): Promise<number> | number =>
    plan.parts.includes(part) ? settlePort(at, taken) : at;
  return {
    postgres: await settle('postgres', wanted.postgres),
    supabase: await settle('supabase', wanted.supabase),
    demo: await settle('demo', wanted.demo),
    modal: await settle('modal', wanted.modal || port + 4),
    temporal: await settle('temporal', wanted.temporal),
    temporalUi: await settle('temporal', wanted.temporalUi),
  };
}
