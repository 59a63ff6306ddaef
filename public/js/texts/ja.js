import { jaAssets } from './ja-assets.js';
import { jaHome } from './ja-home.js';
import { jaMypage } from './ja-mypage.js';
import { jaOps } from './ja-ops.js';
import { jaPublish } from './ja-publish.js';
import { ja as messages } from '../../../src/contracts/messages/ja.ts';

const [settingOn, settingOff] = ['オン', 'オフ'];
/** A value as it is read. @param {string} value */
const onOff = (value) => (value === 'true' ? settingOn : value === 'false' ? settingOff : value);

/**
 * Every text of the screens, in Japanese: the complete catalogue and the shape every other language
 * must have. Labels that the screens contract fixes are written exactly as there.
 */
export const ja = {
  // Everywhere
  appName: 'ゲームクリエイター',
  cancel: 'キャンセル',
  close: '閉じる',
  retry: '再試行',
  loading: '読み込み中...',
  demoMark: 'DEMO',
  demoNote: '内蔵のデモAIで動いています',
  skipToContent: '本文へ移動',
  skipToInput: '入力欄へ移動',
  switchLanguage: 'English',
  details: 'くわしい内容',
  leaveUnsavedTitle: '保存せずに閉じますか？',
  leaveUnsavedLine: 'まだ保存していない内容は失われます。',
  leaveUnsavedAction: '閉じる',
  waitFor: (/** @type {number} */ seconds) => {
    const time = seconds < 90 ? `${seconds}秒` : `${Math.ceil(seconds / 60)}分`;
    return `操作が続きすぎました。あと${time}ほど待ってから、もう一度お試しください。`;
  },
  undefinedName: '名前のないゲーム',

  // Sign-in
  loginTitle: 'ログイン - ゲームクリエイター',
  loginTagline: 'チャットでゲームを作ろう',
  loginWithGoogle: 'Googleでログイン',
  loginFailed: 'ログインに失敗しました',
  loginInitFailed: 'システムエラーが発生しました',
  loginAgain: 'ログインの有効期限が切れました。もう一度ログインしてください。',

  // An address that leads nowhere
  notFoundTitle: 'ページが見つかりません - ゲームクリエイター',
  notFoundHeading: 'ページが見つかりません',
  notFoundLine: 'アドレスが変わったか、削除されたのかもしれません。',
  notFoundDiscover: 'みんなのゲームを見る',
  notFoundCreate: '自分のゲームへ',

  // Without a network
  offlineTitle: '接続がありません - ゲームクリエイター',
  offlineHeading: '接続がありません',
  offlineLine: 'ネットワークにつながると、このページを開き直します。',
  downHeading: 'サーバーにつながりません',
  downLine: 'こちらの都合でページを開けません。つながると、自動で開き直します。',

  // Project list
  listTitle: 'つくる - ゲームクリエイター',
  brand: 'GAME CREATOR',
  signOut: 'ログアウト',
  create: 'つくる',
  creating: '準備しています...',
  newProjectName: '新しいゲーム',
  listHeading: 'あなたのゲーム',
  filterLabel: '表示するゲーム',
  filterAll: 'ALL',
  filterPublic: '公開',
  filterDraft: '下書き',
  searchProjects: '名前で探す',
  publicBadge: '公開中',
  updatedOn: (/** @type {string} */ date) => `${date} 更新`,
  rename: '名前を変更',
  renameOf: (/** @type {string} */ name) => `「${name}」の名前を変更`,
  remove: '削除',
  removeOf: (/** @type {string} */ name) => `「${name}」を削除`,
  listEmpty: 'まだゲームがありません',
  listEmptyHint: '「つくる」を押して、話しかけるだけで始められます。',
  listEmptyPublic: '公開中のゲームはありません',
  listEmptyDraft: '下書きのゲームはありません',
  screenshotOf: (/** @type {string} */ name) => `「${name}」の画面`,
  listShown: (/** @type {number} */ shown, /** @type {number} */ all) =>
    `${all}個のうち${shown}個を表示しています`,
  listNoMatch: '見つかりませんでした',
  listFailed: 'ゲームの一覧を読み込めませんでした',
  listFailedHint: '接続を確かめて、もう一度お試しください。',
  newName: '新しい名前',
  renameAction: '変更',
  renamed: '名前を変更しました',
  removeTitle: '削除の確認',
  removeQuestion: (/** @type {string} */ name) => `「${name}」を削除しますか？`,
  removeFinal: 'この操作は取り消せません',
  removed: (/** @type {string} */ name) => `「${name}」を削除しました`,

  // Connection
  comma: '、',
  noNetwork: 'ネットワークにつながっていません',
  serverAway: 'サーバーにつながりません。再接続中...',
  serverUnreachable:
    'いまサーバーにつながりません。何も失われていません。少し待ってからもう一度お試しください。',
  reconnect: '再接続する',
  reconnectNow: '今すぐ再接続',
  offline: '接続が切れています。つながると続きから再開します。',
  noAnswer: '応答がありませんでした。もう一度お試しください。',

  // Editor
  editorTitle: 'ゲームクリエイター - エディタ',
  titleOf: (/** @type {string} */ name) => `${name} - ゲームクリエイター`,
  editorOpenFailed: 'このゲームを開けませんでした',
  toList: 'プロジェクト一覧へ戻る',
  projectGone: 'そのゲームは見つかりませんでした',
  clickToRename: 'クリックで名前を変更',
  projectNameLabel: 'ゲームの名前',
  play: '遊ぶ',
  playGame: 'ゲームを遊ぶ',
  toChat: 'チャット',
  viewCode: 'HTMLを見る',
  download: 'ダウンロード',
  downloading: 'ダウンロードを準備しています...',
  downloadFailed: 'ダウンロードできませんでした',
  downloadRepository: 'すべてのバージョンをダウンロード（Git）',
  viewVersions: '履歴を見る',
  tune: '調整',
  tuneTitle: 'ゲームの調整',
  save: '保存',
  reset: 'リセット',
  tuneSaved: '調整を保存しました',
  tuneFailed: '調整を保存できませんでした',
  reload: '再読み込み',
  phoneFrame: 'スマホの枠で表示',
  wideFrame: '広く表示',
  chatLabel: 'チャット',
  previewLabel: 'プレビュー',
  previewTools: 'ゲームの操作',
  inputPlaceholder: '自由に話しかけてください',
  inputLabel: 'メッセージ',
  inputTooLong: 'メッセージが長すぎます。20,000文字までにしてください。',
  inputCount: (/** @type {number} */ count, /** @type {number} */ most) =>
    `${count.toLocaleString('ja')} / ${most.toLocaleString('ja')}文字`,
  showMore: 'もっと見る',
  send: '送信',
  stop: '停止',
  stopping: '停止しています...',
  busyNow: '前のメッセージを送っています。少しお待ちください。',
  queueNext: '次に作る',
  queueLabel: '順番待ちのメッセージ',
  queueCount: (/** @type {number} */ count) => `このあと順番に作ります（${count}件）`,
  queueRemove: (/** @type {string} */ message) => `取り消す: ${message}`,

  // Chat
  loadEarlier: '以前の会話を読み込む',
  earlierFailed: '以前の会話を読み込めませんでした',
  welcomeTitle: 'ゲームクリエイターへようこそ！',
  welcomeLine1: 'どんなゲームを作りたいですか？',
  welcomeLine2: '自由に話しかけてください。',
  welcomeExamples: '例えば...',
  viewChanges: '変更箇所を見る',
  gameUpdated: 'ゲームを更新しました',
  stopped: '停止しました。ゲームは何も変わっていません。',
  cancelledByUser: 'キャンセルしました',
  backToInput: '入力欄に戻す',
  notProcessed:
    'いま作成中のため、このメッセージはまだ処理されていません。終わってからもう一度送ってください。',
  restoredTo: (/** @type {string | null} */ version) =>
    version === null ? '別のバージョンに戻しました' : `バージョン ${version} に戻しました`,
  restoringPrevious: (/** @type {string} */ message) =>
    `前のバージョン（${message}）に戻しています...`,
  noPrevious: '戻せるバージョンがありません',
  errorIs: (/** @type {string} */ message) => `エラー: ${message}`,
  attachmentOf: (/** @type {string} */ number) => `【${number}】`,
  autoFixRequest: 'ゲームのエラーを自動修正してください',
  copyFailed: 'コピーできませんでした。文字を選んでコピーしてください。',

  // Styles
  lookIs: (/** @type {string} */ dimension, /** @type {string | null} */ style) =>
    `${dimension}・${style ?? '見た目はおまかせ'}`,
  lookChange: '変える',
  dimensionLabel: '2Dか3D',
  makeStyle: (/** @type {string} */ name) => `見た目を「${name}」にして`,
  makeDimension: (/** @type {string} */ dimension) => `${dimension}にして`,
  styleList: 'スタイルの一覧',
  restoreYes: (/** @type {string} */ ofServer) => ofServer,
  restoreNo: (/** @type {string} */ ofServer) => ofServer,

  // Live progress
  sending: '送信しています...',
  slowAnswer: '少し時間がかかっています...',
  working: '処理中...',
  workingAt: (/** @type {number} */ percent) => `処理中... ${percent}%`,
  done: '完了',
  progressLabel: '作成の進み具合',
  elapsed: (/** @type {string} */ clock) => `経過 ${clock}`,
  showStream: 'AIの作業を見る',
  whatWeMake: 'つくるもの',
  previewBusy: (/** @type {number} */ percent) => `作成中 ${percent}%`,
  stepsLabel: '作成の手順',
  steps: {
    think: '考える',
    design: '設計',
    make: 'つくる',
    play: '試し遊び',
    repair: '直す',
    save: '保存',
  },
  stepStates: { done: '（済み）', now: '（いま）', left: '（なし）', todo: '' },
  mayLeave: 'このページを閉じても大丈夫です。作業は続きます。',
  tryingAgain: (/** @type {number} */ tryNo) => `もう一度試しています（${tryNo}回目）。`,
  movedHere: 'いつもの場所で作れなかったので、別の場所で続けています。',
  madeScreenshot: '試し遊びしたときの画面',
  changeTitle: '今回の変更',
  changeLabels: {
    changed: '変わったところ',
    gained: '新しいこと',
    same: '前と同じ',
    unseen: '未確認の変更',
  },
  changePlaces: (/** @type {string} */ count) => `${count}か所`,
  changeCounts: (/** @type {{ lost: number, changed: number }} */ { lost, changed }) =>
    `変わったところ ${changed}` + (lost > 0 ? `・なくなったこと ${lost}` : ''),
  changeSame: '試し遊びでは、前と同じに動きました',
  changeLoop: '変更の前 | 後',
  changeBefore: '前',
  changeAfter: '後',
  changeLoopPlay: '前と後の動きを再生',
  changeLoopPause: '前と後の動きを止める',
  spentShare: (/** @type {string} */ share) => `今日の分の${share}を使いました。`,
  spentNothing: '今回は今日の分を使っていません。',
  spentFree: '今回は費用がかかっていません。',
  spentMoney: (/** @type {string} */ money) => `作成にかかった費用は${money}です。`,
  leftToday: (/** @type {string} */ share) => `今日の残りは${share}です。`,
  about: (/** @type {string} */ amount) => `約${amount}`,
  lessThan: (/** @type {string} */ amount) => `${amount}未満`,
  previewThinking: 'ご要望を読みとっています',
  stepAccepted: 'メッセージを受け取りました',
  stepNext: 'まもなく始まります',

  // Preview
  beingTried: '試し遊び中',
  sketchPlay: 'できるまでスケッチで遊ぶ',
  sketchHere: 'スケッチで遊べます。本物ができたら入れかわります。',
  sketchReady: 'ゲームができました',
  sketchToGame: '遊ぶ',
  sketchLabel: 'スケッチ',
  previewEmpty1: 'ここにゲームが表示されます',
  previewEmpty2: '最初のメッセージを送って始めましょう',
  previewWorking1: 'ゲームを作っています',
  previewWorking2: '完成すると、ここですぐに遊べます',
  previewFailed: 'ゲームを読み込めませんでした',
  gameRunning: '実行中',
  errorCount: (/** @type {number} */ count) => `${count}件のエラー`,
  autoFix: '自動修正',
  autoFixHint: 'AIで自動修正',
  errorUncaught: 'エラー',
  errorConsole: '警告',
  errorNotDefined: (/** @type {string} */ name) => `「${name}」が用意されていません`,
  errorOfNothing: (/** @type {string} */ name) => `まだ無いものの「${name}」を使おうとしました`,
  errorNotFunction: (/** @type {string} */ name) => `「${name}」という動作が見つかりません`,
  errorTooEarly: (/** @type {string} */ name) => `「${name}」を準備する前に使いました`,
  errorConstant: '変えられない値を変えようとしました',
  errorEndless: '同じ処理が終わらなくなりました',
  errorSyntax: 'プログラムの書き方に誤りがあります',
  errorLoading: '必要なファイルを読み込めませんでした',
  errorUnknown: 'ゲームの中で問題が起きました',
  errorPlace: (/** @type {string} */ file, /** @type {number} */ line) =>
    `ファイル: ${file} ${line}行目`,

  // Versions
  versionsTitle: '変更履歴',
  versionsEmpty: 'まだバージョンがありません',
  versionsFailed: '変更履歴を読み込めませんでした',
  versionNumber: (/** @type {string} */ serial) => `バージョン ${serial}`,
  versionNamed: (/** @type {string} */ serial, /** @type {string} */ name) =>
    `${serial}「${name}」`,
  versionScreenshot: (/** @type {string} */ id) => `バージョン ${id} の画面`,
  nameVersion: (/** @type {string} */ id) => `バージョン ${id} に名前をつける`,
  versionName: (/** @type {string} */ id) => `バージョン ${id} の名前`,
  versionNameHint: '例：ボス戦ができた',
  keepVersionName: '名前を保存',
  bookmarkOf: (/** @type {string} */ id) => `バージョン ${id} をブックマーク`,
  bookmarkedOnly: 'ブックマークだけ',
  bookmarksEmpty: 'ブックマークはまだありません',
  current: '現在',
  restore: '復元',
  restoreOf: (/** @type {string} */ id) => `バージョン ${id} を復元`,
  restoreTitle: 'バージョンを復元',
  restoreQuestion: (/** @type {string} */ id) => `バージョン ${id} に戻しますか？`,
  restoreNote: '現在のバージョンにもいつでも戻れます',
  restoreAction: '復元する',

  trial: '遊ぶ',
  trialOf: (/** @type {string} */ id) => `バージョン ${id} を遊ぶ`,
  trialTitle: (/** @type {string} */ id) => `バージョン ${id} と現在のバージョン`,
  trialCurrent: (/** @type {string} */ id) => `バージョン ${id}（現在）`,
  trialSwitch: '表示するバージョン',
  difference: '違い',
  differenceOf: (/** @type {string} */ id) => `バージョン ${id} との違いを見る`,
  differenceTitle: 'バージョンの違い',
  differenceFrom: '元のバージョン',
  differenceTo: '比べるバージョン',
  differenceEmpty: 'この 2 つのバージョンで、ゲームに違いはありません',

  // Code and changes
  codeTitle: 'HTML コード',
  codeFailed: 'コードを読み込めませんでした',
  copy: 'コピー',
  copied: 'コピー完了',
  changesTitle: '変更内容',
  changesFailed: '変更内容を読み込めませんでした',
  changesEmpty: 'このバージョンには表示できる変更がありません',
  before: '変更前',
  settingChanged: (
    /** @type {string} */ label,
    /** @type {string} */ from,
    /** @type {string} */ to,
  ) => `${label}：${onOff(from)} → ${onOff(to)}`,
  settingOn,
  settingOff,
  after: '変更後',
  newFile: '新しいファイル',

  // Notifications of the browser
  pushOffer: 'できたら知らせる',
  pushWillTell: 'できたらお知らせします。',
  pushDenied: '通知は許可されていません。',
  pushFailed: '通知を設定できませんでした。もう一度お試しください。',
  pushStart: 'このブラウザで通知を受け取る',
  pushStop: 'このブラウザの通知を止める',
  notifyDone: '🎮 ゲーム完成！',
  notifyFailed: '⚠️ エラーが発生',

  // What the server says, as people say it
  somethingWrong: 'うまくいきませんでした。少し待ってからもう一度お試しください。',
  accessDenied: 'このゲームは開けません。削除されたか、別のアカウントのものかもしれません。',
  badRequest: 'うまく受け取れませんでした。もう一度お試しください。',
  notReady: '準備がまだ終わっていません。少し待ってからもう一度お試しください。',
  jobGone: 'その作業は見つかりませんでした。',
  projectLimit:
    'ゲームの数が上限に達しました。使っていないゲームを消してから、もう一度お試しください。',
  userLimit: '別のゲームを作っている途中です。終わってからもう一度送ってください。',
  systemLimit: 'ただいま混み合っています。少し待ってからもう一度お試しください。',
  rateLimit: '操作が続きすぎました。少し待ってからもう一度お試しください。',
  jobActive: 'いまゲームを作っている途中です。終わるまでお待ちください。',
  gameBroken:
    'できたゲームを試しに遊んでみたところ、うまく動きませんでした。いまのゲームはそのままです。' +
    '言い方を変えてもう一度お試しください。',
  timedOut: '時間内にゲームが完成しませんでした。もう一度お試しください。',
  versionNameRefused: '名前は 60 文字までです。改行などは使えません。',
  versionGone: 'このバージョンは見つかりませんでした。',
  restoreFailed: 'このバージョンには戻せませんでした。',

  // Notes of the server by their codes; all else, and styles, it says in Japanese itself
  /** @type {import('../../../src/contracts/messages/render.ts').Words} */
  messages,
  styleNames: /** @type {Record<string, string>} */ ({}),

  // Publishing, playing, notifications
  ...jaPublish,

  // Own images and sounds
  ...jaAssets,

  // Navigation, my page, cutting images, design preview
  ...jaMypage,
  ...jaOps,
  ...jaHome,
};

/** The shape of a catalogue. @typedef {typeof ja} Catalogue */
