import type { z } from 'zod';
import { AppError } from '../../contracts/base/errors.js';
import type { GameAsset } from '../../contracts/media/assets.js';
import type { Backend } from '../../contracts/execution/backends.js';
import type { MODAL_FUNCTION } from '../../contracts/execution/modal.js';
import type { RunnerInput } from '../../contracts/execution/runner.js';
import type { VideoInput } from '../../contracts/media/video.js';
import type { ActionProgress } from '../frame/action-progress.js';
import type { LongActivity } from '../frame/long-activity.js';
import type { GameVersion } from '../runner-input/game-assets.js';
import type { RunParcels } from '../runner-input/run-versions.js';

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

/** Where a run works; a container knows its own folder and files: '' here. */
export interface RunPlace {
  readonly scratchDir: string;
  /** For the version object that the run makes, and for what a failed one had made. */
  readonly objectFile: string;
  readonly failedFile: string;
  /** Where parcels lie, by the field of the input that names them; null = there is none. */
  put(parcels: RunParcels): Promise<Record<keyof RunParcels, string | null>>;
  /** What the game of a version may load. */
  readonly assetsOf: (game: GameVersion) => Promise<GameAsset[]>;
}

/** One run of the runner, the same for every backend. */
export interface RunnerWork {
  /** Id of the run; no other attempt has it (C1). */
  readonly callId: string;
  readonly userId: string;
  /** The job or action whose usage has a container's time; absent = none. */
  readonly actionId?: string;
  /** The job's attempt that this run is. */
  readonly attempt?: {
    readonly jobId: string;
    readonly projectId: string;
    readonly number: number;
  };
  readonly does: keyof typeof MODAL_FUNCTION;
  /** The version whose files the runner needs. */
  readonly game?: GameVersion | undefined;
  /** The version that `game` changes, where the runner needs that, too. */
  readonly parent?: GameVersion | undefined;
  /** Called when a run begins, and not when another worker attaches to it. */
  readonly input: (game: GamePlace, place: RunPlace) => Promise<RunnerInput> | RunnerInput;
  /** Longest wait for a run that is made elsewhere, milliseconds; absent = the activity's limit. */
  readonly limitMs?: number;
  /** Is shown what is played, where the runner is a child process; WebP. Never rejects. */
  readonly onShown?: (image: Buffer) => Promise<void>;
  /** The row of the action; a run of a child process ends when it is silent (F3). */
  readonly progress?: ActionProgress;
}

export interface RunnerAnswer {
  /** Unvalidated JSON. */
  readonly result: unknown;
  /** The version object that the run has made. */
  readonly object: Buffer | null;
}

/** The failure of a run that had made something by then: its version object, not checked. */
export class FailedRun extends AppError {
  constructor(
    { kind, message, details }: AppError,
    readonly made: Buffer | null,
  ) {
    super(kind, message, details);
  }
}

/** How a backend runs the runner; what differs between two of them is behind it (N4). */
export interface RunnerHost {
  readonly backend: Backend;
  /** An address of the API as a run reaches it; null = not at all: it posts no events. */
  reachable(url: string): string | null;
  /** What the input of a video has of its machine. Rejects by the signal. */
  videoPlace(
    actionId: string,
    signal: AbortSignal,
  ): Promise<Pick<VideoInput, 'siteDir' | 'isNice' | 'callbackUrl'>>;
  /** Throws the runner's failure as an `AppError`. */
  run(work: RunnerWork, activity: LongActivity): Promise<RunnerAnswer>;
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
