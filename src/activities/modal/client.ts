import type { FunctionCall, Function_, ModalClient } from 'modal';
import type { Config } from '../../config.js';
import {
  modalAppOf,
  VOLUME_MOUNT,
  volumeNameOf,
  type ModalFunctionName,
} from '../../contracts/execution/modal.js';
import { lostResults, rpcDeadlines } from './deadlines.js';
import { toAppError } from './errors.js';

/**
 * Longest silence of the control plane; two tries and the way to the local set stay below ten
 * seconds (G1).
 */
const RPC_DEADLINE_MS = 4_000;
const MAX_THROTTLE_WAIT_S = 20;
const VOLUME_VERSION = 2;
/**
 * A user has one job; the second container is for the moment in which a stopped one still ends.
 * Modal counts them per user.
 */
const MAX_CONTAINERS_PER_USER = 2;

export type ModalConfig = Pick<
  Config,
  'MODAL_TOKEN_ID' | 'MODAL_TOKEN_SECRET' | 'MODAL_SERVER_URL' | 'MODAL_ENVIRONMENT' | 'MODAL_APP'
>;

export type ModalConnection = Awaited<ReturnType<typeof connectModal>>;

/**
 * The worker's one connection to Modal; everything that it throws is a AppError. It has the
 * functions of one version of the runner. Opens nothing yet: the first request finds out
 * whether Modal is there and knows us.
 */
export async function connectModal(
  config: ModalConfig,
  runnerVersion: string,
  deadlineMs = RPC_DEADLINE_MS,
) {
  const client = await createClient(config, deadlineMs);
  const app = modalAppOf(config.MODAL_APP, runnerVersion);
  const volumeOf = (userId: string, createIfMissing: boolean) =>
    client.volumes.fromName(volumeNameOf(userId), {
      createIfMissing,
      ...(createIfMissing ? { version: VOLUME_VERSION } : {}),
    });
  return {
    /** The function bound to the user's own Volume, which is made unless it is there. */
    async bind(fn: ModalFunctionName, userId: string): Promise<Function_> {
      const [deployed, volume] = await asOurs(
        Promise.all([client.functions.fromName(app, fn), volumeOf(userId, true)]),
      );
      // Without `instance()` the options are silently ignored, and the function would run without
      // the user's Volume.
      return asOurs(
        deployed
          .withOptions({
            volumes: { [VOLUME_MOUNT]: volume },
            maxContainers: MAX_CONTAINERS_PER_USER,
          })
          .instance(),
      );
    },
    /** False = this user never had a Volume. */
    async hasVolume(userId: string): Promise<boolean> {
      try {
        await volumeOf(userId, false);
        return true;
      } catch (error) {
        if ((error as Error).name === 'NotFoundError') return false;
        throw toAppError(error);
      }
    },
    /** A call that another process spawned. */
    find: (functionCallId: string): Promise<FunctionCall> =>
      asOurs(client.functionCalls.fromId(functionCallId)),
    close: () => client.close(),
  };
}

async function createClient(config: ModalConfig, deadlineMs: number): Promise<ModalClient> {
  // Only here: a worker without Modal starts sooner without its SDK.
  const sdk = await import('modal');
  // The SDK takes the address of the control plane from its environment alone.
  if (config.MODAL_SERVER_URL) process.env['MODAL_SERVER_URL'] = config.MODAL_SERVER_URL;
  return new sdk.ModalClient({
    ...(config.MODAL_TOKEN_ID ? { tokenId: config.MODAL_TOKEN_ID } : {}),
    ...(config.MODAL_TOKEN_SECRET ? { tokenSecret: config.MODAL_TOKEN_SECRET } : {}),
    ...(config.MODAL_ENVIRONMENT ? { environment: config.MODAL_ENVIRONMENT } : {}),
    maxThrottleWaitSecs: MAX_THROTTLE_WAIT_S,
    grpcMiddleware: [
      lostResults(),
      rpcDeadlines({ deadlineMs, maxThrottleMs: MAX_THROTTLE_WAIT_S * 1_000 }),
    ],
  });
}

async function asOurs<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw toAppError(error);
  }
}
