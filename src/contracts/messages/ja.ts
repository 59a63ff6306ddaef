import type { Words } from './render.js';

/**
 * The catalogue of messages in Japanese. Names in braces are params; a part in brackets is left out
 * when its param is missing.
 */
export const ja = {
  said: {
    // Steps of a job
    STEP_CHECKING: '内容を確認しています...',
    STEP_PREPARING: '準備しています...',
    STEP_ANSWERING: '回答を考えています...',
    STEP_DESIGNING: 'どんなゲームにするか決めています',
    STEP_WAITING: '順番待ち: およそ{position}番目',
    STEP_NOT_BEGUN: 'ご依頼は届いています。作業はまだ始まっていません',
    STEP_THINKING: 'AIが考えています',
    STEP_READING: '今のゲームを読んでいます',
    STEP_READING_FILE: '{file} を読んでいます',
    STEP_WRITING: 'コードを書いています',
    STEP_WRITING_FILE: '{file} を書いています',
    STEP_MENDING: 'コードを直しています',
    STEP_MENDING_FILE: '{file} を直しています',
    STEP_SEARCHING: 'ファイルを調べています',
    STEP_SEARCHING_FILE: '{file} を調べています',
    STEP_PLANNING: '作り方を確認しています',
    STEP_WORKING: '作業しています',
    STEP_TESTING: '動くかどうか確かめています',
    STEP_SAVING: '保存しています',
    STEP_PLAYING: '試し遊びをしています',
    STEP_REPAIRING: '見つかった不具合を直しています',
    STEP_PLAYING_AGAIN: '直したゲームをもう一度試し遊びしています',
    STEP_KEEPING: '新しいバージョンとして残しています',
    STEP_ANSWERED: '回答完了',
    STEP_RESTORE_ASKED: 'リストア確認',
    // Lines of the chat
    GAME_UPDATED: 'ゲームを更新しました',
    GAME_UPDATED_SUMMARY: 'ゲームを更新しました。',
    ANSWER_EMPTY: 'うまく答えられませんでした。もう少し詳しく教えてください。',
    VERSION_RESTORED: 'バージョン {version} に戻しました',
    GAME_TUNED: 'ゲームを調整しました: {changes}',
    REMIXED_FROM: '「{title}」をもとに作りました',
    // Notifications: a title, and its message under the same code with _NOTE
    GAME_REGISTERED: 'ゲームを登録しました',
    GAME_REGISTERED_NOTE: '「{title}」を登録しました。',
    GAME_PUBLISHED: 'ゲームを公開しました',
    GAME_PUBLISHED_NOTE: '「{title}」を登録しました。',
    GAME_MADE: 'ゲームができました',
    GAME_MADE_NOTE: '「{title}」を遊べます。',
    GAME_PLAYED: 'ゲームがはじめて遊ばれました',
    GAME_PLAYED_NOTE: '「{title}」をだれかが遊びました。',
    GAME_LIKED: '「いいね」がつきました',
    GAME_LIKED_NOTE: '「{title}」を気に入った人がいます。',
    GAME_REMIXED: 'ゲームがリミックスされました',
    GAME_REMIXED_NOTE: '「{title}」から新しいゲームが生まれました。',
    GAME_TAKEN_DOWN: 'ゲームの公開が運営により停止されました',
    GAME_TAKEN_DOWN_NOTE: '「{title}」は遊べなくなっています。理由: {reason}',
    GAME_PUT_BACK: 'ゲームの公開が再開されました',
    GAME_PUT_BACK_NOTE: '「{title}」の公開停止が解除されました。',
    WELCOME: 'ゲームクリエイターへようこそ',
    WELCOME_NOTE:
      'ことばで伝えるだけで、スマホで遊べるゲームが作れます。まずは「作る」から始めましょう。',
    // Pages and files of games, outside of the app
    SITE_NAME: 'ゲームクリエイター',
    SITE_NOTE: 'チャットで話しかけるだけで、スマートフォンのゲームが作れます。',
    GAME: 'ゲーム',
    GAME_BY: '{creator} さんの作品',
    GAME_BY_UNNAMED: '作者名なし',
    GAME_DRAFT: '公開前のゲーム',
    GAME_WARNING:
      'DreamCore のユーザーが作ったゲームです。パスワードや個人情報は入力しないでください。',
    GAME_OPEN: 'DreamCore で開く',
    GAME_PLAY: '▶ あそぶ',
    GAME_OF_MODULES:
      'このゲームはモジュールを使うので、ファイルを直接開いても動きません。このフォルダーで ' +
      '「npx serve」 または 「python3 -m http.server」 を実行し、' +
      '表示されたアドレスをブラウザーで開いてください。',
    // Refusals that no error kind has for itself
    IMAGE_TIMED_OUT: '時間内に画像が完成しませんでした。もう一度お試しください。',
    // Notes below what a model wrote
    SPRITES_MISSING:
      '（画像{total}枚のうち{missing}枚が間に合わなかったので、そこはコードで描いています。）',
    IMAGES_UNUSABLE:
      '（送られた画像{total}枚のうち{missing}枚は使えなかったので、ゲームに入っていません。）',
    GAME_UNPLAYED: '（今回は試し遊びができなかったので、動きを確かめていません。）',
    GAME_FAULTY:
      '（試しに遊んでみたところ、「{faults}」という不具合がありました。「直して」と送ってください。）',
    GAME_MENDED: '（試しに遊んで見つけた不具合「{faults}」は、直してあります。）',
    CHECKS_UNMET:
      '（まだできていないこと：「{checks}」。「直して」と送ると、もう一度やってみます。）',
    LOOKS_LEFT: '（見た目がまだ整っていない所：「{places}」。「直して」と送ると、直してみます。）',
    CHANGE_LOST:
      '（この変更で、前にできたことがなくなりました：「{lost}」。「直して」と送ると、直してみます。）',
    CHANGE_RECEIPT:
      '（変わったところ: {changed}[ · 新しくできたこと: {gained}][ · 同じ: {same}]' +
      '[ · 試し遊びで通らなかった変更: {unseen}か所]）',
    PARAGRAPHS: '{paragraphs}',
    // Failures
    USER_LIMIT_EXCEEDED: '別のゲームを作っている途中です。終わってからもう一度送ってください。',
    SYSTEM_LIMIT_EXCEEDED: 'ただいま混み合っています。少し待ってからもう一度お試しください。',
    JOB_ALREADY_ACTIVE: 'いまゲームを作っている途中です。終わるまでお待ちください。',
    ACCESS_DENIED: 'この操作はできません。',
    ACCOUNT_REQUIRED: 'この機能を使うには、ログインしてください。',
    ModelKeyInvalid: 'AIへの接続設定に問題があります。運営にお知らせください。',
    ModelBadRequest: 'AIが依頼を受け付けられませんでした。言い方を変えてもう一度お試しください。',
    ModelRefused: 'この内容のゲームは作れませんでした。別の内容でお試しください。',
    ModelRateLimited: 'AIが混み合っています。少し待ってからもう一度お試しください。',
    ModelOverloaded: 'AIが混み合っています。少し待ってからもう一度お試しください。',
    ModelUnavailable: 'AIに接続できませんでした。少し待ってからもう一度お試しください。',
    ModelOutputTooLong: 'ゲームが大きくなりすぎました。内容を少し減らしてお試しください。',
    ModelBudgetExceeded: '1回で使える作業量を超えました。内容を分けてお試しください。',
    ImageServiceMissing: '画像を作る機能は、いま使えません。',
    ImageRefused: 'この内容の画像は作れませんでした。別の内容でお試しください。',
    ImageNotMade: '画像ができませんでした。もう一度お試しください。',
    BrowserMissing: 'ゲームの画面を撮る機能は、いま使えません。',
    ImageTooLarge: 'この画像は大きすぎます。小さくしてからもう一度お試しください。',
    CutoutFailed: '背景を消せませんでした。別の画像でお試しください。',
    CutoutUnavailable: '背景を消す機能が混み合っています。少し待ってからもう一度お試しください。',
    VideoWaits: '別の動画を作成中です。少し待ってからもう一度お試しください。',
    VideoNotMade: '動画ができませんでした。もう一度お試しください。',
    ImageUnreadable: 'この画像は読み込めませんでした。',
    ModelAnswerInvalid: 'AIの答えを読み取れませんでした。もう一度お試しください。',
    RunTimedOut: '時間内にゲームが完成しませんでした。もう一度お試しください。',
    RunStalled: '作業が途中で止まりました。もう一度お試しください。',
    RunCrashed: '作業が途中で中断しました。もう一度お試しください。',
    UPGRADED:
      'DreamCoreが新しくなったため、この作業は途中で終わりました。料金はかかっていません。もう一度送ってください。',
    RunSuperseded: '新しい作業に切り替わりました。',
    RunCancelled: '停止しました。',
    CandidateInvalid: '動くゲームに仕上がりませんでした。もう一度お試しください。',
    GameBroken:
      'できたゲームを試しに遊んでみたところ、うまく動きませんでした。' +
      'いまのゲームはそのままです。言い方を変えてもう一度お試しください。',
    CandidateRefused: '安全に保存できない内容が含まれていたため、保存しませんでした。',
    SandboxMissing: '安全な作業環境を用意できませんでした。運営にお知らせください。',
    DiskFull: '保存場所がいっぱいです。運営にお知らせください。',
    VersionNotFound: 'そのバージョンは見つかりませんでした。',
    NothingToRestore: '戻せるバージョンがありません。',
    SettingRefused: 'この値には調整できません。',
    RevisionMissing: 'ゲームのデータを準備しています。少し待ってからもう一度お試しください。',
    RevisionLost: 'このバージョンのデータが失われています。運営にお知らせください。',
    PATH_ESCAPE: 'ファイルの場所が正しくありません。',
    FILE_NOT_FOUND: 'ファイルが見つかりません。',
    PublishCheckFailed:
      '公開したゲームを確認できませんでした。少し待ってからもう一度お試しください。',
    GameTakenDown: 'このゲームの公開は運営により停止されています。',
    ModalUnavailable: '作業環境に接続できませんでした。少し待ってからもう一度お試しください。',
    ModalQuota: 'ただいま混み合っています。少し待ってからもう一度お試しください。',
    ModalOutdated: '作業環境を更新しています。少し待ってからもう一度お試しください。',
    STORAGE_LIMIT_EXCEEDED:
      '保存できる容量の上限に達しました。使っていない画像やゲームを消してからもう一度お試しください。[\n大きいもの: {largest}]',
    RATE_LIMIT_EXCEEDED: '操作が続きすぎました。少し待ってからもう一度お試しください。',
    SPENDING_LIMIT_EXCEEDED: '今日使える量の上限に達しました。明日もう一度お試しください。',
    LOSS_LIMIT_EXCEEDED:
      '今日は、途中で止めた作業や完成しなかった作業が多かったため、これ以上は作れません。' +
      '明日もう一度お試しください。',
    GUEST_LIMIT_EXCEEDED:
      '今日、ログインなしで作れる分はなくなりました。ログインすると、続きを作れます。',
    SchemaMismatch: 'サーバーのデータベースに問題があります。運営にお知らせください。',
    ValueRefused: 'この内容は保存できませんでした。言い方を変えてもう一度お試しください。',
    OPERATION_FAILED: '処理に失敗しました。もう一度お試しください。',
  },
  faults: {
    exception: 'エラーが出ることがあります',
    blank: '画面に何も出ません',
    freeze: '途中で固まります',
    memory: 'メモリーを使いすぎて止まります',
    disk: 'データを保存しすぎて止まります',
    deaf: '触っても反応しません',
    'dead-end': 'ゲームオーバーのあと、もう一度遊べません',
    'instant-death': '始まってすぐに終わってしまいます',
    csp: '外のデータを読み込もうとして失敗しています',
    scrolls: '指を動かすと画面ごと動いてしまいます',
    unmet: '作る前に決めたとおりになっていない所があります',
    visual: '画面の見た目がくずれています',
    lost: '前にできたことができなくなっています',
  },
  facts: {
    runs: '止まらずに動くこと',
    moves: '{what}の動き',
    speed: '{what}の速さ',
    count: '{what}の数',
    value: '{what}',
    score: '得点',
    ends: '終わり方',
    wins: '勝ち方',
    again: 'やり直し',
    phase: '場面「{what}」',
    control: '{what}',
    words: '「{what}」という文字',
  },
  controls: {
    tap: 'タップ',
    hold: '長押し',
    drag: 'ドラッグ',
    swipe: 'スワイプ',
    stick: 'スティック',
    fingers: '2本指',
    key: 'キー',
  },
  thing: '描かれているもの',
  nothing: '試し遊びでは見つかりませんでした',
  look: '見た目',
  between: '」「',
  comma: '、',
} as const satisfies Words;

export type MessageCode = keyof typeof ja.said;
