import { both, inEach, spoken, type Words } from '../languages.js';
import { anyOf } from '../theme/any-of.js';

/** Something that can be added to any game as code of its own, and taken out again. */
export interface Feature {
  name: Words;
  pattern: RegExp;
  /** For a page of each language. */
  code: Words;
}

/** The lines between which a feature stands in a page, whatever its language. */
export const featureStart = ({ ja }: Words): string => `// 【${ja}】`;
export const featureEnd = ({ ja }: Words): string => `// 【/${ja}】`;

function feature(names: string, pattern: RegExp, note: string, body: string): Feature {
  const name = both(names);
  const lines = body
    .trim()
    .split('\n')
    .map((line) => (line === '' ? '' : `  ${line}`));
  const code = [`${featureStart(name)}${note}`, '{', ...lines, '}', featureEnd(name)].join('\n');
  return { name, pattern, code: inEach((language) => spoken(code, language)) };
}

const CHEERS =
  "['«いいね！|Good!»', '«すごい！|Great!»', '«その調子！|Keep it up!»', " +
  "'«ナイス！|Nice!»', '«かっこいい！|So cool!»']";

/** They use only what games/kit/game.html offers: on, addActor, addScore, announce, … */
export const FEATURES: readonly Feature[] = [
  feature(
    'ボス|a boss',
    /ボス|大ボス|\bboss/i,
    '20 秒で現れる。弾かタップで倒す。逃がすとライフが減る',
    `
let nextBoss = 20;
on('start', () => { nextBoss = 20; });
on('update', () => {
  if (game.time < nextBoss) return;
  nextBoss = game.time + 35;
  announce('«ボス出現！|A boss!»', '«弾かタップでこうげき！|Shoot it or tap it!»');
  sound('level');
  shake(12);
  const strength = 12 + game.level * 3;
  addActor({
    isBoss: true, strength, hp: strength, r: 54, x: WIDTH / 2, y: -60, vy: 80, shape: 'spiky',
    emoji: THEME.enemyEmoji,
    step(boss) {
      if (boss.y > 190) boss.vy = 0;
      boss.x = WIDTH / 2 + Math.sin(boss.age * 1.3) * 110;
      if (boss.age > 16) { boss.isGone = true; damage(boss.x, boss.y); }
    },
    onHit(boss) {
      shake(3);
      if (boss.hp > 0) return;
      addScore(CONFIG.scorePerItem * 20, boss.x, boss.y);
      announce('«ボスを倒した！|Boss defeated!»');
      flash(THEME.itemColor, 0.5);
    },
  });
});
on('draw', () => {
  for (const boss of actors.filter((actor) => actor.isBoss)) {
    drawPanel(boss.x - 50, boss.y - 82, 100, 12, 6);
    ctx.fillStyle = '#ff4d6d';
    ctx.beginPath();
    ctx.roundRect(boss.x - 48, boss.y - 80, 96 * Math.max(0.05, boss.hp / boss.strength), 8, 4);
    ctx.fill();
  }
});`,
  ),
  feature(
    '新しい敵|a new enemy',
    anyOf(
      /(?:新しい|別の|違う|ちがう|もう[1一]種類の|[2二]種類目の|追加の|強い|飛ぶ)(?:種類の)?敵/,
      /敵の種類|敵(?:キャラ)?を?(?:もう[1一][体つ])?追加/,
      /second enemy|new enem|another enem/,
    ),
    '横から飛んでくる。さわるとライフが減り、弾かタップで倒せる',
    `
let nextFlyer = 4;
on('start', () => { nextFlyer = 4; });
on('update', () => {
  if (game.time < nextFlyer) return;
  nextFlyer = game.time + random(3, 5) / pace();
  const fromLeft = Math.random() < 0.5;
  addActor({
    x: fromLeft ? -30 : WIDTH + 30, y: random(160, 480),
    vx: (fromLeft ? 1 : -1) * 105 * pace(), vy: 40, r: 24,
    shape: 'gem', color: THEME.accentColor, emoji: '🦇',
    onTouch(flyer) { flyer.isGone = true; damage(flyer.x, flyer.y); },
    onHit(flyer) { if (flyer.hp <= 0) addScore(CONFIG.scorePerItem * 2, flyer.x, flyer.y); },
  });
});`,
  ),
  feature(
    '無敵アイテム|an invincibility item',
    /無敵|パワーアップ|強化|スーパー(?:アイテム|モード)|power.?up|invincib/i,
    '取るかタップすると、6 秒間だけ無敵で得点 2 倍',
    `
let nextPower = 8;
let powerUntil = 0;
on('start', () => { nextPower = 8; powerUntil = 0; });
const takePower = (star) => {
  star.isGone = true;
  powerUntil = game.time + 6;
  game.safeUntil = game.clock + 6;
  game.scoreRate = 2;
  announce('«パワーアップ！|Power up!»', '«6 秒間むてき・得点 2 倍|6 seconds safe, double points»');
  sound('level');
  ring(star.x, star.y, '#ffffff', 120);
};
on('update', () => {
  if (game.scoreRate > 1 && game.time >= powerUntil) game.scoreRate = 1;
  if (game.time < nextPower) return;
  nextPower = game.time + 14;
  addActor({ x: random(60, WIDTH - 60), y: -30, vy: 130, r: 24, color: '#ffd60a', emoji: '🌟',
    onTouch: takePower, onHit: takePower });
});
on('draw', () => {
  const hero = rules.player?.();
  if (!hero || game.time >= powerUntil) return;
  ctx.strokeStyle = \`hsl(\${game.clock * 400}, 100%, 65%)\`;
  ctx.lineWidth = 5;
  ctx.beginPath();
  ctx.arc(hero.x, hero.y, hero.r + 14 + Math.sin(game.clock * 14) * 3, 0, Math.PI * 2);
  ctx.stroke();
});`,
  ),
  feature(
    '回復アイテム|a healing item',
    /回復|ハート(?:の)?(?:アイテム)?(?:を|が)|heal|extra life/i,
    '取るかタップすると、ライフが 1 つ戻る',
    `
let nextHeart = 12;
on('start', () => { nextHeart = 12; });
const takeHeart = (heart) => {
  heart.isGone = true;
  game.lives = Math.min(CONFIG.lives, game.lives + 1);
  game.lifePop = 1;
  say('«ライフ回復！|One more life!»', heart.x, heart.y, '#ff8fab');
  sound('coin');
};
on('update', () => {
  if (game.time < nextHeart) return;
  nextHeart = game.time + 15;
  addActor({ x: random(60, WIDTH - 60), y: -30, vy: 140, r: 22, color: '#ff8fab', emoji: '💖',
    onTouch: takeHeart, onHit: takeHeart });
});`,
  ),
  feature(
    'BGM|background music',
    /BGM|音楽|曲(?!が)|ミュージック|\bmusic/i,
    '最初のタッチから流れる、くり返しの曲',
    `
const melody = [523, 659, 784, 659, 587, 698, 880, 698, 494, 587, 784, 587, 523, 659, 784, 1047];
const bass = [131, 131, 147, 147, 123, 123, 131, 131];
let beat = 0;
let nextBeat = 0;
on('start', () => { beat = 0; nextBeat = 0; });
on('update', (dt) => {
  nextBeat -= dt;
  if (nextBeat > 0) return;
  nextBeat += 0.22 / Math.min(1.5, pace());
  tone(melody[beat % melody.length], melody[beat % melody.length], 0.18, 'triangle', 0.07);
  const low = bass[(beat / 2) % bass.length];
  if (beat % 2 === 0) tone(low, low, 0.3, 'sine', 0.12);
  if (beat % 4 === 2) tone(4000, 900, 0.04, 'square', 0.015);
  beat += 1;
});`,
  ),
  feature(
    'コンボ|combos',
    /コンボ|連続(?:ボーナス|で取)|combo/i,
    '1.5 秒以内に続けて得点すると、ボーナスが増える',
    `
let chainCount = 0;
let chainUntil = 0;
on('start', () => { chainCount = 0; chainUntil = 0; });
on('score', () => {
  chainCount = game.time < chainUntil ? chainCount + 1 : 1;
  chainUntil = game.time + 1.5;
  if (chainCount > 1) game.score += chainCount * 2;
});
on('draw', () => {
  if (chainCount < 2 || game.time > chainUntil) return;
  const size = 26 + Math.min(20, chainCount * 2) + Math.max(0, chainUntil - game.time - 1.3) * 60;
  drawText(\`\${chainCount} COMBO\`, WIDTH / 2, 140, size, { color: THEME.itemColor });
});`,
  ),
  feature(
    'ポーズ|a pause button',
    /ポーズ|一時停止|pause/i,
    '右上のボタンか P キーで止まる。もう一度押すと続く',
    `
const place = { x: WIDTH - 36, y: 78 };
on('start', () => { game.isPaused = false; });
on('tap', (x, y) => {
  if (x === null) return;
  if (game.isPaused || Math.hypot(x - place.x, y - place.y) < 30) game.isPaused = !game.isPaused;
});
window.addEventListener('keydown', (event) => {
  if (event.key === 'p') game.isPaused = !game.isPaused;
});
on('draw', () => {
  drawPanel(place.x - 22, place.y - 22, 44, 44, 14);
  drawText(game.isPaused ? '▶' : 'Ⅱ', place.x, place.y, 20, { color: '#ffffff', edge: false });
  if (game.isPaused) drawText('«ポーズ中|Paused»', WIDTH / 2, HEIGHT / 2, 44);
});`,
  ),
  feature(
    '雪|falling snow',
    /雪(?:を|が)|\bsnow(?:fall|ing)?\b/i,
    '手前に雪が降る',
    `
on('draw', () => drift(game.clock, 46, 110, 22, (x, y, depth) =>
  disc(ctx, x, y, 1.5 + depth * 3.4, \`rgba(255,255,255,\${depth})\`)));`,
  ),
  feature(
    '花びら|falling petals',
    /花びら|桜吹雪|桜(?:を|が)|花吹雪|petal|sakura/i,
    '手前に花びらが舞う',
    `
on('draw', () => drift(game.clock, 30, 80, 46, (x, y, depth, i) => {
  ctx.save();
  ctx.translate(x, y);
  ctx.rotate(game.clock * 1.6 + i);
  ctx.fillStyle = depth > 0.7 ? '#ffd7e4' : '#ff9fbf';
  ctx.beginPath();
  ctx.ellipse(0, 0, 4 + depth * 5, 2.5 + depth * 2, 0, 0, 7);
  ctx.fill();
  ctx.restore();
}));`,
  ),
  feature(
    '流れ星|shooting stars',
    /流れ星|星空|星を(?:流|降|散|背景)|背景(?:に|で)星|キラキラ|きらきら|shooting star|sparkl|\bstars? (?:in|to) the back/i,
    'うしろで星がまたたき、ときどき流れる',
    `
on('back', () => {
  for (let i = 0; i < 40; i += 1) {
    const radius = 1.2 + Math.abs(Math.sin(game.clock * 2 + i)) * 1.8;
    disc(ctx, fixed(i) * WIDTH, fixed(i + 60) * HEIGHT * 0.8, radius, 'rgba(255,255,255,0.85)');
  }
  const t = (game.clock % 3.2) / 0.8;
  if (t > 1) return;
  ctx.strokeStyle = \`rgba(255,255,255,\${1 - t})\`;
  ctx.lineWidth = 3;
  ctx.beginPath();
  ctx.moveTo(WIDTH * (1 - t), 80 + t * 190);
  ctx.lineTo(WIDTH * (1 - t) + 70, 80 + t * 190 - 42);
  ctx.stroke();
});`,
  ),
  feature(
    '雨|rain',
    /雨(?:を|が)|\brain/i,
    '手前に雨が降る',
    `
on('draw', () => {
  ctx.strokeStyle = 'rgba(190,220,255,0.55)';
  ctx.lineWidth = 2;
  drift(game.clock, 60, 900, 0, (x, y, depth) => {
    ctx.beginPath(); ctx.moveTo(x, y); ctx.lineTo(x - 5, y + 18 * depth); ctx.stroke();
  });
});`,
  ),
  feature(
    '派手な演出|fireworks',
    /演出|エフェクト|爆発|花火|派手|ハデ|effect|explosion|firework/i,
    '得点のたびに花火が上がる',
    `
on('score', (points, x, y) => {
  for (const color of [THEME.accentColor, THEME.itemColor, '#ffffff']) burst(x, y, color, 10, 380);
  ring(x, y, THEME.accentColor, 110);
  flash(THEME.accentColor, 0.12);
});`,
  ),
  feature(
    '応援メッセージ|cheering messages',
    /応援|メッセージ|ほめ|褒め|掛け声|かけ声|cheer|message/i,
    '100 点ごとにほめてくれる',
    `
let nextCheer = 100;
on('start', () => { nextCheer = 100; });
on('score', () => {
  if (game.score < nextCheer) return;
  nextCheer = (Math.floor(game.score / 100) + 1) * 100;
  announce(pick(${CHEERS}));
  burst(WIDTH / 2, 230, THEME.itemColor, 30, 320);
});`,
  ),
];
