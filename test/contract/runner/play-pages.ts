/** Pages that are played: one that is fine, the same with one fault each, and quiet ones. */

export const page = (body: string, style = ''): string => `<!DOCTYPE html>
<html lang="ja"><head><meta charset="UTF-8"><title>遊び</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>html, body { margin: 0; height: 100%; overflow: hidden; touch-action: none } ${style}</style>
</head><body>${body}</body></html>
`;

interface Parts {
  /** Before everything else. */
  readonly first?: string;
  /** What a touch does. */
  readonly touch?: string;
  /** What happens in each frame. */
  readonly frame?: string;
  /** What a touch does when the game is over. */
  readonly again?: string;
  /** Lives are lost so fast, by the second. */
  readonly speed?: number;
  readonly style?: string;
}

const FOLLOW = 'ship.x = at.clientX;';

/** A ship that follows the finger, rocks that fall, three lives, a new round by a touch. */
export function shooter(parts: Parts = {}): string {
  const { first = '', touch = FOLLOW, frame = '', again = 'begin();', speed = 1 } = parts;
  return page(
    `<canvas id="c" width="390" height="844"></canvas><script>
${first}
const canvas = document.getElementById('c'), brush = canvas.getContext('2d');
const told = document.documentElement.dataset;
let ship, rocks, lives, state, last = 0;
function begin() {
  ship = { x: 195 }; lives = 3; state = 'playing';
  rocks = Array.from({ length: 4 }, () => ({ x: Math.random() * 390, y: -Math.random() * 300 }));
}
function tick(now) {
  const seconds = Math.min(0.05, (now - last) / 1000); last = now;
  ${frame}
  brush.fillStyle = '#102040'; brush.fillRect(0, 0, 390, 844);
  brush.fillStyle = '#ffcc00'; brush.fillRect(ship.x - 20, 700, 40, 40);
  brush.fillStyle = '#ff5555';
  for (const rock of rocks) {
    if (state === 'playing') rock.y += 300 * seconds * ${speed};
    if (rock.y > 844) { rock.y = -40; rock.x = Math.random() * 390; lives -= 1; }
    brush.fillRect(rock.x, rock.y, 30, 30);
  }
  if (lives <= 0) state = 'over';
  brush.fillStyle = '#fff'; brush.font = '20px sans-serif';
  brush.fillText(state === 'over' ? 'GAME OVER' : 'LIVES ' + lives, 20, 40);
  Object.assign(told, { state, lives, playerX: Math.round(ship.x) });
  requestAnimationFrame(tick);
}
addEventListener('pointermove', (at) => { if (state === 'playing') { ${touch} } });
addEventListener('pointerdown', (at) => {
  if (state === 'over') { ${again} } else { ${touch} }
});
begin();
requestAnimationFrame(tick);
</script>`,
    parts.style,
  );
}

/** A page for each hard finding, found in it and in no other. */
export const FAULTY: Readonly<Record<string, string>> = {
  exception: shooter({ touch: 'ship.x = at.clientX; noSuchThing();' }),
  blank: page('<script>document.documentElement.dataset.state = "playing";</script>'),
  freeze: shooter({ touch: 'for (;;) ship.x += 1;' }),
  deaf: shooter({ touch: '', again: '' }),
  'dead-end': shooter({ again: '' }),
  'instant-death': shooter({ frame: 'lives = 0;' }),
  csp: shooter({ first: "fetch('https://example.com/scores').catch(() => {});" }),
  scrolls: page(
    '<div style="height: 3000px"><button style="margin: 300px 100px; padding: 20px">0</button>' +
      '</div><script>const b = document.querySelector("button");' +
      'b.onclick = () => { b.textContent = Number(b.textContent) + 1; };</script>',
    'html, body { overflow: visible; height: auto; touch-action: auto }',
  ),
};

/**
 * A game that plays, and is hard to read, to hit and to draw: each of the notes of J2 once. On a
 * smaller phone its title does not fit.
 */
export const UNKIND = page(
  `<button style="position: fixed; top: 700px; left: 300px; width: 20px; height: 20px">?</button>
<p style="position: fixed; top: 300px; left: 20px; font-size: 8px; margin: 0">小さい説明</p>
<canvas width="390" height="40" style="position: fixed; top: 340px; left: 0"></canvas>
<p style="position: fixed; top: 100px; left: 330px; width: 50px; margin: 0">題名は長い</p>
<p id="t" style="font-size: 60px; margin: 500px 20px 0">0</p><script>
const told = document.documentElement.dataset; told.score = '0'; let taps = 0;
const brush = document.querySelector('canvas').getContext('2d');
brush.font = '16px sans-serif'; brush.fillText('切れた言葉', 360, 30);
addEventListener('pointerdown', () => { document.getElementById('t').textContent = ++taps; });
function tick() {
  for (let each = 0, sum = 0; each < 6e7; each += 1) sum += each;
  requestAnimationFrame(tick);
}
tick();
</script>`,
);

export const UNHANDLED = shooter({
  first: "setInterval(() => Promise.reject(new Error('the level is missing')), 90);",
});

/** What a browser refuses to a page, and a finding in two plays of three: nothing of the game's. */
export const FORGIVEN = shooter({
  first: "new Audio('data:audio/wav;base64,UklGRg==').play();",
});

export const NEEDY: Readonly<Record<string, string>> = {
  library: page(
    '<script src="https://cdn.jsdelivr.net/npm/phaser@3.80.1/dist/phaser.min.js"></script>' +
      '<script>new Phaser.Game({});</script>',
  ),
  asset: page(
    '<img src="/user-assets/0f8fad5b-d9cb-469f-a165-70867728950e/hero.png">' +
      '<script>throw new Error("no hero");</script>',
  ),
};

/** The old global build is on no shelf of ours, the module of our version is. */
export const FROM_CDN = page(`<script type="importmap">{"imports": {
  "three": "https://unpkg.com/three@0.187.0/build/three.module.js" }}</script>
<script type="module">
  import { Color } from 'three';
  const colour = new Color(0x3366ff);
  document.body.style.background = '#' + colour.getHexString();
  document.body.innerHTML = '<p style="color: #fff; font-size: 60px">タップ</p>';
  addEventListener('pointerdown', () => { document.querySelector('p').textContent += '!'; });
</script>`);

const lines = ['むかしむかし', '森の奥に', '一匹の猫がいました。', 'おしまい。はじめから読む'];

/** Nothing moves in them until somebody does something. */
export const QUIET: Readonly<Record<string, string>> = {
  novel: page(
    `<p id="t" style="font-size: 24px; margin: 200px 20px"></p><script>
const lines = ${JSON.stringify(lines)}; let at = 0;
const show = () => { document.getElementById('t').textContent = lines[at]; };
addEventListener('click', () => { at = (at + 1) % lines.length; show(); }); show();</script>`,
  ),
  quiz: page(
    `<h1 style="margin: 100px 20px">空の色は？</h1><p id="r" style="margin: 20px"></p>
<button>青</button> <button>赤</button> <button>緑</button><script>
for (const button of document.querySelectorAll('button')) button.onclick = () => {
  document.getElementById('r').textContent = button.textContent === '青' ? '正解！' : '残念…';
};</script>`,
    'button { font-size: 28px; margin: 20px; padding: 16px 40px; display: block }',
  ),
  board: page(`<canvas id="c" width="390" height="844"></canvas><script>
const brush = document.getElementById('c').getContext('2d');
const cells = Array(9).fill(''); let turn = '○';
function draw() {
  brush.fillStyle = '#fff'; brush.fillRect(0, 0, 390, 844);
  brush.fillStyle = '#222'; brush.font = '60px sans-serif';
  cells.forEach((mark, at) => {
    const x = 45 + (at % 3) * 100, y = 250 + Math.floor(at / 3) * 100;
    brush.strokeRect(x, y, 100, 100); brush.fillText(mark, x + 20, y + 75);
  });
}
addEventListener('pointerdown', ({ clientX, clientY }) => {
  const column = Math.floor((clientX - 45) / 100), row = Math.floor((clientY - 250) / 100);
  const at = row * 3 + column;
  if (column < 0 || column > 2 || row < 0 || row > 2 || cells[at]) return;
  cells[at] = turn; turn = turn === '○' ? '×' : '○';
  if (cells.every(Boolean)) cells.fill('');
  draw();
}); draw();</script>`),
  hidden: page(
    `<div id="over" style="position: fixed; inset: 0; opacity: 0; pointer-events: none">
GAME OVER</div><button id="s" style="margin: 380px 120px; padding: 30px">スタート</button><script>
let count = 0; const button = document.getElementById('s');
button.onclick = () => { count += 1; button.textContent = '回 ' + count; };</script>`,
  ),
};
