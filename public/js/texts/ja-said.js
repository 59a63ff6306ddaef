/** What the server says in the language of the chat, in Japanese: its notes by their codes. */

/** What playing has found, by its code. @type {Record<string, string>} */
const FAULTS = {
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
};
/** A list comes with one item a line. @param {string} [items] */
const listed = (items = '') => `「${items.split('\n').join('」「')}」`;
/** @param {string} [codes] */
const faultsIn = (codes = '') => listed(codes.replace(/^.+$/gm, (code) => FAULTS[code] ?? code));

/** @type {typeof import('./en-said.js').enSaid} */
export const jaSaid = {
  SPRITES_MISSING: ({ missing, total }) =>
    `（画像${total}枚のうち${missing}枚が間に合わなかったので、そこはコードで描いています。）`,
  IMAGES_UNUSABLE: ({ missing, total }) =>
    `（送られた画像${total}枚のうち${missing}枚は使えなかったので、ゲームに入っていません。）`,
  GAME_UNPLAYED: '（今回は試し遊びができなかったので、動きを確かめていません。）',
  GAME_FAULTY: ({ faults }) =>
    `（試しに遊んでみたところ、${faultsIn(faults)}という不具合がありました。「直して」と送ってください。）`,
  GAME_MENDED: ({ faults }) =>
    `（試しに遊んで見つけた不具合${faultsIn(faults)}は、直してあります。）`,
  CHECKS_UNMET: ({ checks }) =>
    `（まだできていないこと：${listed(checks)}。「直して」と送ると、もう一度やってみます。）`,
};
