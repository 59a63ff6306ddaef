import { rm } from 'node:fs/promises';
import { startOwnTemporal, type OwnTemporal } from './own-temporal.js';
import { newDataDir, startStack, type Stack, type StackOptions } from './stack.js';

/** A stack whose Temporal server is its own; `stop` ends both. */
export interface ServerStack extends Stack {
  readonly temporal: OwnTemporal;
}

/** Starts the server, prepares it, and the whole product on it. */
export async function startServerStack(options: StackOptions = {}): Promise<ServerStack> {
  return startStackOn(await startPreparedTemporal(), options);
}

/** A server that is ready for the product; its `stop` removes everything. */
export async function startPreparedTemporal(): Promise<OwnTemporal> {
  const folder = await newDataDir();
  let temporal: OwnTemporal | null = null;
  const stop = async (): Promise<void> => {
    await temporal?.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    temporal = await startOwnTemporal(folder);
    const { ok, said } = await temporal.prepare();
    if (!ok) throw new Error(said);
    return { ...temporal, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * The product on this server; `stop` ends both. To `kill` and `untilRestarted` the server is the
 * part `temporal`: it starts again by itself, as the compose file's does.
 */
export async function startStackOn(
  temporal: OwnTemporal,
  options: StackOptions,
): Promise<ServerStack> {
  try {
    const env = { ...temporal.clientEnv, ...options.env };
    const stack = await startStack({ ...options, env });
    const stop = async (): Promise<void> => {
      await stack.stop();
      await temporal.stop();
    };
    return { ...stack, ...asPart(temporal, stack), temporal, stop };
  } catch (error) {
    await temporal.stop();
    throw error;
  }
}

function asPart(
  temporal: OwnTemporal,
  stack: Stack,
): Pick<Stack, 'pidOf' | 'kill' | 'untilRestarted'> {
  let isUp = Promise.resolve();
  return {
    pidOf: async (part) => (part === 'temporal' ? temporal.pid() : stack.pidOf(part)),
    async kill(part, signal) {
      if (part !== 'temporal') return stack.kill(part, signal);
      await isUp;
      const pid = temporal.pid();
      await temporal.kill();
      isUp = temporal.start();
      isUp.catch(() => undefined);
      return pid;
    },
    async untilRestarted(part, oldPid) {
      if (part !== 'temporal') return stack.untilRestarted(part, oldPid);
      await isUp;
      return temporal.pid();
    },
  };
}
