/** The style lists as the contract names them. */
const names = (list: string) =>
  list
    .split('\n')
    .map((line) => line.trim().split(' '))
    .map(([id = '', ...name]) => ({ id, name: name.join(' '), imageUrl: null }));

export const STYLE_LISTS = {
  '2d': names(`retro レトロドット絵
    neon ネオンサイバー
    minimal ミニマル
    kawaii KAWAII
    anime アニメ風
    pastel パステル
    modern モダン
    cartoon カートゥーン
    futuristic フューチャー
    hand_drawn 手描き風
    dark ダーク
    paper ペーパークラフト
    watercolor 水彩画風
    pop ポップアート
    comic コミック風
    nature ナチュラル
    dark_fantasy ダークファンタジー
    medieval 中世ファンタジー
    sci_fi SF`),
  '3d': names(`kawaii KAWAII
    lowpoly ローポリ
    realistic リアル風
    toon トゥーン
    voxel ボクセル
    arcade アーケード
    fantasy ファンタジー
    neon ネオン
    minimal ミニマル
    isometric アイソメトリック
    mechanical スチームパンク
    futuristic フューチャー`),
};
