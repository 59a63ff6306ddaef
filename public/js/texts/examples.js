import { language } from './index.js';

const JAPANESE = [
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
  { label: 'ふたりで対戦', request: '1台のスマホで2人対戦する2Dエアホッケーを作って' },
  { label: 'バブルシューター', request: '同じ色の泡をねらって消す2Dバブルシューターを作って' },
  { label: 'エンドレスラン', request: '障害物をよけてどこまでも走る2Dランゲームを作って' },
];

const ENGLISH = [
  {
    label: 'Space shooter',
    request: 'Make a 2D shooter with a spaceship that shoots down enemies',
  },
  {
    label: 'Animal collector',
    request: 'Make a 2D game where you tap cute animals to collect them',
  },
  {
    label: 'Block puzzle',
    request: 'Make a 2D puzzle where falling blocks are matched and vanish',
  },
  { label: 'Car race', request: 'Make a 3D racing game against the clock' },
  { label: 'Jumping', request: 'Make a 2D game where you jump from ledge to ledge' },
  { label: 'Quick taps', request: 'Make a 2D game where you tap targets as fast as you can' },
  { label: 'Rolling ball', request: 'Make a 3D game where you roll a ball to the goal' },
  { label: 'Maze escape', request: 'Make a 2D game where you walk through a maze to the exit' },
  { label: 'Fruit catcher', request: 'Make a 2D game where you catch falling fruit in a basket' },
  { label: 'Rhythm', request: 'Make a 2D rhythm game where you tap the notes in time' },
  { label: 'Fishing', request: 'Make a 2D fishing game where you fill a book of fish' },
  { label: 'Whack-a-mole', request: 'Make a 2D game where you hit moles that come out of holes' },
  { label: 'For two', request: 'Make a 2D air hockey game for two players on one phone' },
  { label: 'Bubble shooter', request: 'Make a 2D game where you pop bubbles of the same colour' },
  { label: 'Endless run', request: 'Make a 2D game where you run on and on around obstacles' },
];

/**
 * Ideas for a first game, other ones each time: a short label, and the request that it writes into
 * the input. @param {number} count
 */
export function someExamples(count) {
  const left = [...(language === 'en' ? ENGLISH : JAPANESE)];
  return Array.from({ length: count }, () =>
    left.splice(Math.floor(Math.random() * left.length), 1),
  ).flat();
}
