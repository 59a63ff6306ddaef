/**
 * The fifteen ideas of the welcome bubble: a short label, and the request that it writes into the
 * input.
 */
export const EXAMPLES = [
  { label: '宇宙シューティング', request: '宇宙船で敵を撃ち落とす2Dシューティングゲームを作って' },
  { label: '動物集め', request: 'かわいい動物をタップして集める2Dゲームを作って' },
  { label: 'ブロックパズル', request: '落ちてくるブロックをそろえて消す2Dパズルゲームを作って' },
  { label: 'カーレース', request: 'コースを走ってタイムを競う3Dカーレースゲームを作って' },
  { label: 'ジャンプアクション', request: '足場をジャンプで渡っていく2Dアクションゲームを作って' },
  { label: 'タップゲーム', request: '出てくる的をすばやくタップする2Dゲームを作って' },
  { label: 'ボール転がし', request: 'ボールを転がしてゴールを目指す3Dゲームを作って' },
  { label: '迷路脱出', request: '迷路を歩いて出口を探す2D脱出ゲームを作って' },
  { label: 'フルーツキャッチ', request: '落ちてくるフルーツをかごで受け止める2Dゲームを作って' },
  {
    label: 'リズムゲーム',
    request: '流れてくる音符をタイミングよくタップする2Dリズムゲームを作って',
  },
  { label: '釣りゲーム', request: '魚を釣って図鑑を埋めていく2Dの釣りゲームを作って' },
  { label: 'モグラたたき', request: '穴から出るモグラをたたく2Dゲームを作って' },
  { label: '玉転がし', request: '坂道で玉を転がして障害物をよける3Dゲームを作って' },
  { label: 'バブルシューター', request: '同じ色の泡をねらって消す2Dバブルシューターを作って' },
  { label: 'エンドレスラン', request: '障害物をよけてどこまでも走る2Dランゲームを作って' },
];
