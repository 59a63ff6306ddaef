import type { z } from 'zod';
import { AppError } from '../../contracts/base/errors.js';
import type { GameAsset } from '../../contracts/media/assets.js';
import type { Backend } from '../../contracts/execution/backends.js';
import type { MODAL_FUNCTION } from '../../contracts/execution/modal.js';
import type { RunnerInput } from '../../contracts/execution/runner.js';
import type { ActionProgress } from '../frame/action-progress.js';
import type { LongActivity } from '../frame/long-activity.js';
import type { GameVersion } from '../runner-input/game-assets.js';

/** Where the runner finds a game, and the assets that it may load. */
export interface GamePlace {
  /** The version's parcel on the runner's own machine; '' = it comes along with the request. */
  readonly parcelFile: string;
  readonly assets: GameAsset[];
  /** The same of the version that it changes; absent = there is none. */
  readonly parentParcelFile?: string;
}

/** A run that has not given up by itself so long after its time: the container hangs. */
export const GRACE_MS = 60_000;

/** Of work that needs no game. */
export const NO_GAME: GamePlace = { parcelFile: '', assets: [] };

/** One run of the runner, the same for every backend. */
export interface RunnerWork {
  /** Id of the run; no other attempt has it (C1). */
  readonly callId: string;
  readonly userId: string;
  /** The job or action whose usage has a container's time; absent = none. */
  readonly actionId?: string;
  readonly does: keyof typeof MODAL_FUNCTION;
  /** The version whose files the runner needs. */
  readonly game?: GameVersion | undefined;
  /** The version that `game` changes, where the runner needs that, too. */
  readonly parent?: GameVersion | undefined;
  /** Called when a run begins, and not when another worker attaches to it. */
  readonly input: (place: GamePlace) => Promise<RunnerInput> | RunnerInput;
  /** Longest wait for a run that is made elsewhere, milliseconds. */
  readonly limitMs: number;
  /** Is shown what is played, where the runner is a child process; WebP. Never rejects. */
  readonly onShown?: (image: Buffer) => Promise<void>;
  /** The row of the action; a run of a child process ends when it is silent (F3). */
  readonly progress?: ActionProgress;
}

/** How a backend runs the runner; what differs between two of them is behind it (N4). */
export interface RunnerHost {
  readonly backend: Backend;
  /** Returns the runner's result, unvalidated JSON. Throws its failure as an `AppError`. */
  run(work: RunnerWork, activity: LongActivity): Promise<unknown>;
}

/** Assets of a game and of the version that it changes, each once. */
export function eachOnce(assets: readonly GameAsset[]): GameAsset[] {
  return [...new Map(assets.map((asset) => [asset.address, asset])).values()];
}

/** The result of a runner, such as that of the `play`; RunCrashed when it is another thing. */
export function resultOf<S extends z.ZodType>(schema: S, raw: unknown, what: string): z.output<S> {
  const read = schema.safeParse(raw);
  if (read.success) return read.data;
  const where = read.error.issues[0]?.path.join('.') ?? '';
  throw new AppError('RunCrashed', `the result of the ${what} cannot be understood: ${where}`);
}
