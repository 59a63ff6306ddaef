/** How one kind of failure is treated everywhere: one table, no second opinion. */
export interface ErrorPolicy {
  /** May the same step be tried again by its owner of retries (Temporal)? */
  readonly retry: boolean;
  /** HTTP status when a request ends with it. */
  readonly http: number;
  /** Should an operator be told? */
  readonly alert: boolean;
  /** What the player reads (Japanese, no vendor names). */
  readonly sentence: string;
}

export const ERROR_POLICY = {
  // Admission
  USER_LIMIT_EXCEEDED: {
    retry: false,
    http: 429,
    alert: false,
    sentence: '別のゲームを作っている途中です。終わってからもう一度送ってください。',
  },
  SYSTEM_LIMIT_EXCEEDED: {
    retry: false,
    http: 503,
    alert: true,
    sentence: 'ただいま混み合っています。少し待ってからもう一度お試しください。',
  },
  JOB_ALREADY_ACTIVE: {
    retry: false,
    http: 409,
    alert: false,
    sentence: 'いまゲームを作っている途中です。終わるまでお待ちください。',
  },
  ACCESS_DENIED: { retry: false, http: 403, alert: false, sentence: 'この操作はできません。' },
  // The model
  ModelKeyInvalid: {
    retry: false,
    http: 502,
    alert: true,
    sentence: 'AIへの接続設定に問題があります。運営にお知らせください。',
  },
  ModelBadRequest: {
    retry: false,
    http: 502,
    alert: true,
    sentence: 'AIが依頼を受け付けられませんでした。言い方を変えてもう一度お試しください。',
  },
  ModelRefused: {
    retry: false,
    http: 422,
    alert: false,
    sentence: 'この内容のゲームは作れませんでした。別の内容でお試しください。',
  },
  ModelRateLimited: {
    retry: true,
    http: 503,
    alert: false,
    sentence: 'AIが混み合っています。少し待ってからもう一度お試しください。',
  },
  ModelOverloaded: {
    retry: true,
    http: 503,
    alert: true,
    sentence: 'AIが混み合っています。少し待ってからもう一度お試しください。',
  },
  ModelUnavailable: {
    retry: true,
    http: 503,
    alert: true,
    sentence: 'AIに接続できませんでした。少し待ってからもう一度お試しください。',
  },
  ModelOutputTooLong: {
    retry: false,
    http: 422,
    alert: false,
    sentence: 'ゲームが大きくなりすぎました。内容を少し減らしてお試しください。',
  },
  ModelBudgetExceeded: {
    retry: false,
    http: 422,
    alert: true,
    sentence: '1回で使える作業量を超えました。内容を分けてお試しください。',
  },
  // Images
  ImageServiceMissing: {
    retry: false,
    http: 503,
    alert: false,
    sentence: '画像を作る機能は、いま使えません。',
  },
  ImageRefused: {
    retry: false,
    http: 422,
    alert: false,
    sentence: 'この内容の画像は作れませんでした。別の内容でお試しください。',
  },
  ImageNotMade: {
    retry: true,
    http: 502,
    alert: false,
    sentence: '画像ができませんでした。もう一度お試しください。',
  },
  BrowserMissing: {
    retry: false,
    http: 503,
    alert: true,
    sentence: 'ゲームの画面を撮る機能は、いま使えません。',
  },
  ImageTooLarge: {
    retry: false,
    http: 413,
    alert: false,
    sentence: 'この画像は大きすぎます。小さくしてからもう一度お試しください。',
  },
  CutoutFailed: {
    retry: false,
    http: 502,
    alert: false,
    sentence: '背景を消せませんでした。別の画像でお試しください。',
  },
  CutoutUnavailable: {
    retry: true,
    http: 503,
    alert: true,
    sentence: '背景を消す機能が混み合っています。少し待ってからもう一度お試しください。',
  },
  VideoWaits: {
    retry: true,
    http: 503,
    alert: false,
    sentence: '別の動画を作成中です。少し待ってからもう一度お試しください。',
  },
  VideoNotMade: {
    retry: true,
    http: 500,
    alert: true,
    sentence: '動画ができませんでした。もう一度お試しください。',
  },
  ImageUnreadable: {
    retry: false,
    http: 400,
    alert: false,
    sentence: 'この画像は読み込めませんでした。',
  },
  ModelAnswerInvalid: {
    retry: true,
    http: 500,
    alert: false,
    sentence: 'AIの答えを読み取れませんでした。もう一度お試しください。',
  },
  // The run
  RunTimedOut: {
    retry: false,
    http: 504,
    alert: true,
    sentence: '時間内にゲームが完成しませんでした。もう一度お試しください。',
  },
  RunStalled: {
    retry: true,
    http: 504,
    alert: true,
    sentence: '作業が途中で止まりました。もう一度お試しください。',
  },
  RunCrashed: {
    retry: true,
    http: 500,
    alert: true,
    sentence: '作業が途中で中断しました。もう一度お試しください。',
  },
  UPGRADED: {
    retry: false,
    http: 503,
    alert: false,
    sentence:
      'DreamCoreが新しくなったため、この作業は途中で終わりました。料金はかかっていません。もう一度送ってください。',
  },
  RunSuperseded: {
    retry: false,
    http: 409,
    alert: false,
    sentence: '新しい作業に切り替わりました。',
  },
  RunCancelled: { retry: false, http: 409, alert: false, sentence: '停止しました。' },
  CandidateInvalid: {
    retry: true,
    http: 422,
    alert: false,
    sentence: '動くゲームに仕上がりませんでした。もう一度お試しください。',
  },
  GameBroken: {
    retry: false,
    http: 422,
    alert: false,
    sentence:
      'できたゲームを試しに遊んでみたところ、うまく動きませんでした。' +
      'いまのゲームはそのままです。言い方を変えてもう一度お試しください。',
  },
  CandidateRefused: {
    retry: false,
    http: 422,
    alert: true,
    sentence: '安全に保存できない内容が含まれていたため、保存しませんでした。',
  },
  SandboxMissing: {
    retry: false,
    http: 500,
    alert: true,
    sentence: '安全な作業環境を用意できませんでした。運営にお知らせください。',
  },
  DiskFull: {
    retry: false,
    http: 507,
    alert: true,
    sentence: '保存場所がいっぱいです。運営にお知らせください。',
  },
  // Versions and files
  VersionNotFound: {
    retry: false,
    http: 404,
    alert: false,
    sentence: 'そのバージョンは見つかりませんでした。',
  },
  NothingToRestore: {
    retry: false,
    http: 404,
    alert: false,
    sentence: '戻せるバージョンがありません。',
  },
  SettingRefused: {
    retry: false,
    http: 400,
    alert: false,
    sentence: 'この値には調整できません。',
  },
  RevisionMissing: {
    retry: false,
    http: 503,
    alert: true,
    sentence: 'ゲームのデータを準備しています。少し待ってからもう一度お試しください。',
  },
  RevisionLost: {
    retry: false,
    http: 410,
    alert: true,
    sentence: 'このバージョンのデータが失われています。運営にお知らせください。',
  },
  PATH_ESCAPE: {
    retry: false,
    http: 400,
    alert: true,
    sentence: 'ファイルの場所が正しくありません。',
  },
  FILE_NOT_FOUND: { retry: false, http: 404, alert: false, sentence: 'ファイルが見つかりません。' },
  PublishCheckFailed: {
    retry: true,
    http: 502,
    alert: true,
    sentence: '公開したゲームを確認できませんでした。少し待ってからもう一度お試しください。',
  },
  GameTakenDown: {
    retry: false,
    http: 403,
    alert: false,
    sentence: 'このゲームの公開は運営により停止されています。',
  },
  // Modal
  ModalUnavailable: {
    retry: true,
    http: 503,
    alert: true,
    sentence: '作業環境に接続できませんでした。少し待ってからもう一度お試しください。',
  },
  ModalQuota: {
    retry: true,
    http: 503,
    alert: true,
    sentence: 'ただいま混み合っています。少し待ってからもう一度お試しください。',
  },
  ModalOutdated: {
    retry: true,
    http: 503,
    alert: true,
    sentence: '作業環境を更新しています。少し待ってからもう一度お試しください。',
  },
  VolumeBehind: {
    retry: true,
    http: 503,
    alert: false,
    sentence: 'ゲームのデータを準備しています。少し待ってからもう一度お試しください。',
  },
  // Limits
  STORAGE_LIMIT_EXCEEDED: {
    retry: false,
    http: 507,
    alert: false,
    sentence:
      '保存できる容量の上限に達しました。使っていない画像やゲームを消してからもう一度お試しください。',
  },
  RATE_LIMIT_EXCEEDED: {
    retry: false,
    http: 429,
    alert: false,
    sentence: '操作が続きすぎました。少し待ってからもう一度お試しください。',
  },
  SPENDING_LIMIT_EXCEEDED: {
    retry: false,
    http: 429,
    alert: true,
    sentence: '今日使える量の上限に達しました。明日もう一度お試しください。',
  },
  LOSS_LIMIT_EXCEEDED: {
    retry: false,
    http: 429,
    alert: true,
    sentence:
      '今日は、途中で止めた作業や完成しなかった作業が多かったため、これ以上は作れません。' +
      '明日もう一度お試しください。',
  },
  // Ours
  SchemaMismatch: {
    retry: false,
    http: 500,
    alert: true,
    sentence: 'サーバーのデータベースに問題があります。運営にお知らせください。',
  },
  OPERATION_FAILED: {
    retry: true,
    http: 500,
    alert: true,
    sentence: '処理に失敗しました。もう一度お試しください。',
  },
} as const satisfies Record<string, ErrorPolicy>;

export type ErrorKind = keyof typeof ERROR_POLICY;

/** True when `value` names a kind of the policy table. */
export function isErrorKind(value: unknown): value is ErrorKind {
  return typeof value === 'string' && Object.hasOwn(ERROR_POLICY, value);
}

/** The one error class of our own code; `kind` decides retry, status, alert and sentence. */
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
 * The database, Temporal or the sign-in service could not be asked: no answer about what was asked,
 * so never taken for one (`not found`, `not yours`). Whoever asked may ask again.
 */
export function unavailable(message: string, details: Record<string, unknown> = {}): AppError {
  return new AppError('OPERATION_FAILED', message, { ...details, [AWAY]: true });
}

export function isUnavailable(error: unknown): boolean {
  return error instanceof AppError && error.details[AWAY] === true;
}

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
  PROJECT_LIMIT_EXCEEDED: 'Too many projects. Please delete one first.',
  JOB_ALREADY_ACTIVE: 'A job is already running for this project.',
  RATE_LIMIT_EXCEEDED: 'Too many messages. Please wait a moment.',
  OPERATION_FAILED: 'Failed to create job',
} as const;
export type CodedErrorCode = keyof typeof CODED_MESSAGES;

/** Why no token can be verified while the auth service is unavailable (websocket.md §2). */
export const AUTH_AWAY = 'Server configuration error';
