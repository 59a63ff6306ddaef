/** How one kind of failure is treated everywhere: one table, no second opinion. */
export interface ErrorPolicy {
  /** May the same step be tried again by its owner of retries (Temporal)? */
  readonly retry: boolean;
  /** HTTP status when a request ends with it. */
  readonly http: number;
  /** Does it raise an alert for operators? */
  readonly alert: boolean;
}

export const ERROR_POLICY = {
  // Admission
  USER_LIMIT_EXCEEDED: { retry: false, http: 429, alert: false },
  SYSTEM_LIMIT_EXCEEDED: { retry: false, http: 503, alert: true },
  JOB_ALREADY_ACTIVE: { retry: false, http: 409, alert: false },
  ACCESS_DENIED: { retry: false, http: 403, alert: false },
  ACCOUNT_REQUIRED: { retry: false, http: 403, alert: false },
  // The model
  ModelKeyInvalid: { retry: false, http: 502, alert: true },
  ModelBadRequest: { retry: false, http: 502, alert: true },
  ModelRefused: { retry: false, http: 422, alert: false },
  ModelRateLimited: { retry: true, http: 503, alert: false },
  ModelOverloaded: { retry: true, http: 503, alert: true },
  ModelUnavailable: { retry: true, http: 503, alert: true },
  ModelOutputTooLong: { retry: false, http: 422, alert: false },
  ModelBudgetExceeded: { retry: false, http: 422, alert: true },
  // Images
  ImageServiceMissing: { retry: false, http: 503, alert: false },
  ImageRefused: { retry: false, http: 422, alert: false },
  ImageNotMade: { retry: true, http: 502, alert: false },
  BrowserMissing: { retry: false, http: 503, alert: true },
  ImageTooLarge: { retry: false, http: 413, alert: false },
  CutoutFailed: { retry: false, http: 502, alert: false },
  CutoutUnavailable: { retry: true, http: 503, alert: true },
  VideoWaits: { retry: true, http: 503, alert: false },
  VideoNotMade: { retry: true, http: 500, alert: true },
  ImageUnreadable: { retry: false, http: 400, alert: false },
  ModelAnswerInvalid: { retry: true, http: 500, alert: false },
  // The run
  RunTimedOut: { retry: false, http: 504, alert: true },
  RunStalled: { retry: true, http: 504, alert: true },
  RunCrashed: { retry: true, http: 500, alert: true },
  UPGRADED: { retry: false, http: 503, alert: false },
  RunSuperseded: { retry: false, http: 409, alert: false },
  RunCancelled: { retry: false, http: 409, alert: false },
  CandidateInvalid: { retry: true, http: 422, alert: false },
  GameBroken: { retry: false, http: 422, alert: false },
  CandidateRefused: { retry: false, http: 422, alert: true },
  SandboxMissing: { retry: false, http: 500, alert: true },
  DiskFull: { retry: false, http: 507, alert: true },
  // Versions and files
  VersionNotFound: { retry: false, http: 404, alert: false },
  NothingToRestore: { retry: false, http: 404, alert: false },
  SettingRefused: { retry: false, http: 400, alert: false },
  RevisionMissing: { retry: false, http: 503, alert: true },
  RevisionLost: { retry: false, http: 410, alert: true },
  PATH_ESCAPE: { retry: false, http: 400, alert: true },
  FILE_NOT_FOUND: { retry: false, http: 404, alert: false },
  PublishCheckFailed: { retry: true, http: 502, alert: true },
  GameTakenDown: { retry: false, http: 403, alert: false },
  // Modal
  ModalUnavailable: { retry: true, http: 503, alert: true },
  ModalQuota: { retry: true, http: 503, alert: true },
  ModalOutdated: { retry: true, http: 503, alert: true },
  // Limits
  STORAGE_LIMIT_EXCEEDED: { retry: false, http: 507, alert: false },
  RATE_LIMIT_EXCEEDED: { retry: false, http: 429, alert: false },
  SPENDING_LIMIT_EXCEEDED: { retry: false, http: 429, alert: true },
  LOSS_LIMIT_EXCEEDED: { retry: false, http: 429, alert: true },
  GUEST_LIMIT_EXCEEDED: { retry: false, http: 429, alert: true },
  // Ours
  SchemaMismatch: { retry: false, http: 500, alert: true },
  ValueRefused: { retry: false, http: 500, alert: true },
  OPERATION_FAILED: { retry: true, http: 500, alert: true },
} as const satisfies Record<string, ErrorPolicy>;

export type ErrorKind = keyof typeof ERROR_POLICY;

/** True when `value` names a kind of the policy table. */
export const isErrorKind = (value: unknown): value is ErrorKind =>
  typeof value === 'string' && Object.hasOwn(ERROR_POLICY, value);

/** The one error class of our own code; `kind` decides retry, status and alert. */
export class AppError extends Error {
  override readonly name = 'AppError';
  constructor(
    readonly kind: ErrorKind,
    message: string,
    readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
  }
}

/** In `details` of an error: what was asked was not there to answer, and may be soon. */
const AWAY = 'isAway';

/**
 * The database, Temporal or the sign-in service is unavailable: never reported as an answer
 * (`not found`, `not yours`). The caller may retry.
 */
export const unavailable = (message: string, details: Record<string, unknown> = {}): AppError =>
  new AppError('OPERATION_FAILED', message, { ...details, [AWAY]: true });

export const isUnavailable = (error: unknown): boolean =>
  error instanceof AppError && error.details[AWAY] === true;

/** What the player reads when something could not be asked. */
export const UNAVAILABLE_SENTENCE =
  'ただいまつながりにくくなっています。少し待ってからもう一度お試しください。';

/**
 * English literals of the coded WebSocket errors (websocket.md §5); the client maps the code to a
 * sentence.
 */
export const CODED_MESSAGES = {
  USER_LIMIT_EXCEEDED: 'Too many concurrent requests. Please wait for the current job to finish.',
  SYSTEM_LIMIT_EXCEEDED: 'System is busy. Please try again in a moment.',
  GUEST_PROJECT_LIMIT: 'Guests can make one game. Please sign in to make more.',
  PROJECT_LIMIT_EXCEEDED: 'Too many projects. Please delete one first.',
  JOB_ALREADY_ACTIVE: 'A job is already running for this project.',
  RATE_LIMIT_EXCEEDED: 'Too many messages. Please wait a moment.',
  OPERATION_FAILED: 'Failed to create job',
} as const;
export type CodedErrorCode = keyof typeof CODED_MESSAGES;

/** Why no token can be verified while the auth service is unavailable (websocket.md §2). */
export const AUTH_AWAY = 'Server configuration error';

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
