import { z } from 'zod';
import type { ErrorKind } from '../base/errors.js';

/** Where a step's work with files and models is done (G1). */
export const Backend = z.enum(['local', 'modal']);
export type Backend = z.infer<typeof Backend>;

/** Work that takes minutes: a run of the model, an image, a video, a play, a search (P3). */
export type LongWork = 'agent' | 'image' | 'video' | 'play' | 'search';

export interface LongWorkSpec {
  readonly queue: string;
  /** Activities at once per worker: a number, or the variable that holds it. */
  readonly slots: number | 'MAX_RUNNING_JOBS' | 'MAX_RUNNING_PLAYS' | 'MODAL_SLOTS';
  /** Start-to-close time-out of one attempt, milliseconds; null = what its job has left (F3). */
  readonly limitMs: number | null;
  /** Another worker takes over when the first one dies; else the workflow counts a new attempt. */
  readonly isRedelivered: boolean;
  /** No user waits for it: a shutdown of its worker cuts it at once. */
  readonly isCut?: boolean;
}

export interface BackendSpec {
  /** Its name in texts for operators. */
  readonly title: string;
  /** Files of its users are kept on a Volume of their own, which shows what is published (E6). */
  readonly keepsVolume: boolean;
  /**
   * What work does when its worker is shut down: it `stops`, and another worker begins it anew; or
   * it `goesOn` without the worker, and the next one attaches to it (I5).
   */
  readonly onShutdown: 'stops' | 'goesOn';
  /** A run has the processor, and a user of its own for a browser, to play its game (P6). */
  readonly playsInRuns: boolean;
  /** Short work with files; `limit` names the time-out that its 60 seconds are. */
  readonly files: {
    readonly queue: string;
    readonly limit: 'startToCloseTimeout' | 'scheduleToCloseTimeout';
    readonly firstRetryMs: number;
  };
  readonly long: Readonly<Record<LongWork, LongWorkSpec>>;
  /**
   * Failures that may be the backend's and not the request's: attempts after which the rest of the
   * work moves to `HOME_BACKEND` (G1). A kind without a number follows `ERROR_POLICY` alone.
   */
  readonly attempts: Readonly<Partial<Record<ErrorKind, number>>>;
  /** Share of a job's time that is left for the attempt after the last one here (F3). */
  readonly reservedShare: number;
  /** US dollars per second of one physical core, one GiB of memory, one GPU; null = not metered. */
  readonly price: {
    readonly coreSecondUsd: number;
    readonly gibSecondUsd: number;
    readonly gpuSecondUsd: number;
  } | null;
}

const MINUTE_MS = 60_000;
/** The image model's own limit lies below it. */
const IMAGE_LIMIT_MS = 5 * MINUTE_MS;
/** An idle machine plays a game in seconds. */
const PLAY_LIMIT_MS = 4 * MINUTE_MS;
/** Calls only wait for a container: one queue with many slots holds all of them (G2). */
const MODAL_CALL = {
  queue: 'dreamcore-modal-agent',
  slots: 'MODAL_SLOTS',
  isRedelivered: true,
} as const;

/** Everything that code outside of `activities/local` and `activities/modal` knows of them (N4). */
export const BACKENDS = {
  local: {
    title: 'this machine',
    keepsVolume: false,
    onShutdown: 'stops',
    playsInRuns: true,
    files: { queue: 'dreamcore-local', limit: 'startToCloseTimeout', firstRetryMs: 500 },
    long: {
      agent: {
        queue: 'dreamcore-local-agent',
        slots: 'MAX_RUNNING_JOBS',
        limitMs: null,
        isRedelivered: false,
      },
      // They mostly wait for an image model: games do not stand in line behind them (G2).
      image: {
        queue: 'dreamcore-local-image',
        slots: 4,
        limitMs: IMAGE_LIMIT_MS,
        isRedelivered: false,
      },
      // Each takes all that the machine has, for minutes.
      video: {
        queue: 'dreamcore-local-video',
        slots: 2,
        limitMs: 25 * MINUTE_MS,
        isRedelivered: true,
      },
      // A browser each, while a player waits for the game (G2).
      play: {
        queue: 'dreamcore-local-play',
        slots: 'MAX_RUNNING_PLAYS',
        limitMs: PLAY_LIMIT_MS,
        isRedelivered: true,
      },
      // It takes what is left of the processor, and no slot that a play waits for (P3).
      search: {
        queue: 'dreamcore-local-search',
        slots: 1,
        limitMs: 30 * MINUTE_MS,
        isRedelivered: true,
        isCut: true,
      },
    },
    attempts: {},
    reservedShare: 0,
    price: null,
  },
  modal: {
    title: 'Modal',
    keepsVolume: true,
    onShutdown: 'goesOn',
    playsInRuns: false,
    // A Modal that is down delays no caller: what is left there is removed later (F2).
    files: { queue: 'dreamcore-modal', limit: 'scheduleToCloseTimeout', firstRetryMs: 1_000 },
    long: {
      agent: { ...MODAL_CALL, limitMs: null },
      image: { ...MODAL_CALL, limitMs: IMAGE_LIMIT_MS },
      // A container of its own that takes longer hangs.
      video: { ...MODAL_CALL, limitMs: 10 * MINUTE_MS },
      play: { ...MODAL_CALL, limitMs: PLAY_LIMIT_MS },
      search: { ...MODAL_CALL, limitMs: 10 * MINUTE_MS },
    },
    // A crash has had attempts before: Modal restarts a function whose container died, Temporal
    // attaches to a call whose worker died.
    attempts: {
      ModalUnavailable: 2,
      ModalQuota: 1,
      ModalOutdated: 1,
      SandboxMissing: 1,
      ImageServiceMissing: 1,
      RunCrashed: 2,
      RunStalled: 3,
      RunTimedOut: 3,
      OPERATION_FAILED: 3,
    },
    reservedShare: 1 / 4,
    // As listed in autumn 2026; the GPU is an L4.
    price: { coreSecondUsd: 0.000_013_1, gibSecondUsd: 0.000_002_22, gpuSecondUsd: 0.000_222 },
  },
} satisfies Record<Backend, BackendSpec>;

/** The spec of a backend, for code that treats all of them alike. */
export const specOf = (backend: Backend): BackendSpec => BACKENDS[backend];

/**
 * Needs nothing but this machine: the rest of work goes on here when another backend fails, and so
 * does what needs our own files, browser or keys (G1).
 */
export const HOME_BACKEND: Backend = 'local';
/** Where the switch of a new database stands (G1). */
export const FIRST_BACKEND: Backend = 'modal';
/** Has the Volumes, and with them the queue of replication (E6). */
export const VOLUME_BACKEND: Backend =
  Backend.options.find((name) => specOf(name).keepsVolume) ?? HOME_BACKEND;

/** Kind of the rows of `usage_events` that hold a container's time, whatever backend's. */
export const CONTAINER_TIME = 'modal';

/** One value for each backend. */
export function forEachBackend<T>(valueOf: (backend: Backend) => T): Record<Backend, T> {
  return Object.fromEntries(Backend.options.map((name) => [name, valueOf(name)])) as Record<
    Backend,
    T
  >;
}

/** Slots per worker of long work. */
export function slotsOf(
  { slots }: LongWorkSpec,
  config: Readonly<Record<Extract<LongWorkSpec['slots'], string>, number>>,
): number {
  return typeof slots === 'number' ? slots : config[slots];
}

/** The queues of one backend. */
export function queuesOf(backend: Backend): readonly string[] {
  const { files, long } = specOf(backend);
  return [...new Set([files.queue, ...Object.values(long).map(({ queue }) => queue)])];
}

/** The backend whose work a queue holds; undefined = that of none. */
export function backendOf(queue: string): Backend | undefined {
  return Backend.options.find((name) => queuesOf(name).includes(queue));
}
