/**
 * Games by hand in which nothing moves until somebody does something, of twenty-one kinds, as
 * people write them: lists of elements, grids, one canvas, an SVG. A player that waits for motion,
 * or that only looks at what a game tells of itself, calls them broken.
 */

const STYLE =
  'html, body { margin: 0; height: 100%; overflow: hidden; touch-action: none; ' +
  'font: 20px sans-serif } h1 { font-size: 24px; margin: 60px 20px 20px } ' +
  'button { font-size: 22px; min-width: 56px; min-height: 56px; margin: 4px }';

const page = (title: string, body: string, script: string): string => `<!DOCTYPE html>
<html lang="ja"><head><meta charset="UTF-8"><title>${title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>${STYLE}</style></head><body><h1>${title}</h1>${body}<script>
const $ = (id) => document.getElementById(id);
const grid = (size, gap, make) => {
  const box = $('box'); box.style.cssText =
    'display:grid;gap:' + gap + 'px;margin:20px;grid-template-columns:repeat(' + size + ',1fr)';
  for (let at = 0; at < size * size; at += 1) {
    const cell = document.createElement('button'); box.append(cell); make(cell, at);
  }
  return [...box.children];
};
${script}</script></body></html>
`;
const BOX = '<div id="box"></div><p id="say" style="margin: 20px"></p>';

const elements: Readonly<Record<string, string>> = {
  pairs: page(
    '神経衰弱',
    BOX,
    `const faces = [...'🍎🍎🍊🍊🍇🍇🍓🍓🍋🍋🍒🍒🍉🍉🥝🥝'].filter((c) => c.trim());
for (let at = faces.length - 1; at > 0; at -= 1) {
  const other = Math.floor(Math.random() * (at + 1));
  [faces[at], faces[other]] = [faces[other], faces[at]];
}
let open = []; let found = 0;
grid(4, 6, (cell, at) => { cell.textContent = '？'; cell.onclick = () => {
  if (open.length === 2 || cell.textContent !== '？') return;
  cell.textContent = faces[at]; open.push([cell, at]);
  if (open.length < 2) return;
  const [[one, a], [two, b]] = open;
  if (faces[a] === faces[b]) { found += 1; open = []; $('say').textContent = found + '組'; }
  else setTimeout(() => { one.textContent = two.textContent = '？'; open = []; }, 700);
}; });`,
  ),
  lights: page(
    'ライツアウト',
    BOX,
    `const on = Array.from({ length: 25 }, () => Math.random() < 0.4);
const show = () => cells.forEach((cell, at) => {
  cell.style.background = on[at] ? '#ffd54f' : '#455a64';
});
const cells = grid(5, 4, (cell, at) => { cell.onclick = () => {
  const x = at % 5, y = Math.floor(at / 5);
  for (const [dx, dy] of [[0, 0], [1, 0], [-1, 0], [0, 1], [0, -1]]) {
    const u = x + dx, v = y + dy;
    if (u >= 0 && u < 5 && v >= 0 && v < 5) on[v * 5 + u] = !on[v * 5 + u];
  }
  show();
}; });
show();`,
  ),
  mines: page(
    'マインスイーパー',
    BOX,
    `const mines = new Set(); while (mines.size < 5) mines.add(Math.floor(Math.random() * 36));
const near = (at) => [-7, -6, -5, -1, 1, 5, 6, 7].filter((d) => {
  const to = at + d; const dx = (to % 6) - (at % 6);
  return to >= 0 && to < 36 && Math.abs(dx) <= 1 && mines.has(to);
}).length;
let isOver = false;
const cells = grid(6, 2, (cell, at) => { cell.onclick = () => {
  if (isOver) return restart();
  if (mines.has(at)) { cell.textContent = '💣'; isOver = true; $('say').textContent = 'どかん！'; }
  else { cell.textContent = String(near(at)); cell.disabled = true; }
}; });
function restart() {
  isOver = false; $('say').textContent = '';
  for (const cell of cells) { cell.textContent = ''; cell.disabled = false; }
}`,
  ),
  mastermind: page(
    '数あて',
    '<div id="keys" style="margin: 20px"></div><pre id="say" style="margin: 20px"></pre>',
    `const secret = Array.from({ length: 3 }, () => Math.floor(Math.random() * 10)).join('');
let typed = '', lines = [];
const show = () => {
  $('say').textContent = [...lines.slice(-8), typed.padEnd(3, '_')].join('\\n');
};
for (let digit = 0; digit < 10; digit += 1) {
  const key = document.createElement('button'); key.textContent = digit; $('keys').append(key);
  key.onclick = () => {
    typed += digit;
    if (typed.length === 3) {
      const right = [...typed].filter((c, at) => secret[at] === c).length;
      lines.push(typed + ' → ' + right); typed = '';
    }
    show();
  };
}
show();`,
  ),
  dressing: page(
    '着せかえ',
    '<p id="doll" style="font-size: 120px; margin: 20px 130px">🧍</p>' +
      '<div style="margin: 20px"><button>👒</button><button>🎩</button><button>🧢</button>' +
      '<button>👗</button><button>👘</button></div><p id="say" style="margin: 20px"></p>',
    `const worn = new Set();
for (const button of document.querySelectorAll('button')) button.onclick = () => {
  const piece = button.textContent;
  if (!worn.delete(piece)) worn.add(piece);
  $('say').textContent = [...worn].join(' ') || 'なにも着ていない';
};`,
  ),
  piano: page(
    'ピアノ',
    '<div id="keys" style="margin: 20px"></div><p id="say" style="margin: 20px"></p>',
    `let audio; const notes = ['ド', 'レ', 'ミ', 'ファ', 'ソ', 'ラ', 'シ'];
notes.forEach((note, at) => {
  const key = document.createElement('button'); key.textContent = note; key.style.height = '200px';
  $('keys').append(key);
  key.addEventListener('pointerdown', () => {
    audio ??= new AudioContext(); const tone = audio.createOscillator();
    tone.frequency.value = 262 * 2 ** (at / 6); tone.connect(audio.destination);
    tone.start(); tone.stop(audio.currentTime + 0.2);
    $('say').textContent = ($('say').textContent + note).slice(-20);
  });
});`,
  ),
  adventure: page(
    '洞窟の冒険',
    '<p id="say" style="margin: 20px"></p><div id="keys" style="margin: 20px"></div>',
    `const rooms = {
  入口: ['暗い洞窟の前に立っている。', { 入る: '広間', 帰る: '村' }],
  広間: ['水の音がする。道は二つ。', { 左へ: '泉', 右へ: '竜', 戻る: '入口' }],
  泉: ['光る石を見つけた。おしまい。', { もう一度: '入口' }],
  竜: ['竜が眠っている。', { 逃げる: '広間', 起こす: '村' }],
  村: ['気がつくと村にいた。', { もう一度: '入口' }],
};
function go(name) {
  const [text, ways] = rooms[name];
  $('say').textContent = text; $('keys').replaceChildren();
  for (const [word, to] of Object.entries(ways)) {
    const key = document.createElement('button'); key.textContent = word;
    key.onclick = () => go(to); $('keys').append(key);
  }
}
go('入口');`,
  ),
  battle: page(
    'ターン制バトル',
    '<p id="say" style="margin: 20px"></p><div style="margin: 20px"><button id="hit">こうげき' +
      '</button><button id="heal">かいふく</button></div>',
    `let me, foe; const told = document.documentElement.dataset;
const show = (text) => {
  told.state = me > 0 && foe > 0 ? 'playing' : 'over'; told.hp = me; told.foe = foe;
  $('say').textContent = 'じぶん ' + me + '　スライム ' + foe + '　' + text;
};
const begin = () => { me = 20; foe = 24; show('スライムがあらわれた'); };
const turn = (act) => { if (me <= 0 || foe <= 0) return begin();
  act(); if (foe > 0) me = Math.max(0, me - 1 - Math.floor(Math.random() * 3));
  show(foe <= 0 ? 'かった！' : me <= 0 ? 'まけた…' : ''); };
const blow = () => 2 + Math.floor(Math.random() * 4);
$('hit').onclick = () => turn(() => { foe = Math.max(0, foe - blow()); });
$('heal').onclick = () => turn(() => { me = Math.min(20, me + 5); });
begin();`,
  ),
};

const canvasPage = (title: string, script: string): string =>
  page(
    title,
    '<canvas id="c" width="390" height="600"></canvas>',
    `const canvas = $('c'), brush = canvas.getContext('2d');
const place = (at) => { const box = canvas.getBoundingClientRect();
  return [at.clientX - box.left, at.clientY - box.top]; };
${script}`,
  );

const canvases: Readonly<Record<string, string>> = {
  slide: canvasPage(
    '15パズル',
    `const tiles = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0, 13, 14, 15, 12];
function draw() {
  brush.fillStyle = '#eee'; brush.fillRect(0, 0, 390, 600); brush.font = '30px sans-serif';
  tiles.forEach((tile, at) => { if (!tile) return;
    const x = 35 + (at % 4) * 80, y = 40 + Math.floor(at / 4) * 80;
    brush.fillStyle = '#5c6bc0'; brush.fillRect(x, y, 76, 76);
    brush.fillStyle = '#fff'; brush.fillText(tile, x + 22, y + 48); });
}
canvas.onpointerdown = (event) => { const [x, y] = place(event);
  const column = Math.floor((x - 35) / 80), row = Math.floor((y - 40) / 80), at = row * 4 + column;
  const hole = tiles.indexOf(0);
  if (Math.abs((hole % 4) - column) + Math.abs(Math.floor(hole / 4) - row) !== 1) return;
  [tiles[hole], tiles[at]] = [tiles[at], 0]; draw(); };
draw();`,
  ),
  merge: canvasPage(
    '2のべき乗',
    `let cells = Array(16).fill(0); cells[5] = 2; cells[6] = 2; let from = null;
function draw() {
  brush.fillStyle = '#faf8ef'; brush.fillRect(0, 0, 390, 600); brush.font = '28px sans-serif';
  cells.forEach((value, at) => { const x = 35 + (at % 4) * 80, y = 40 + Math.floor(at / 4) * 80;
    brush.fillStyle = value ? '#f2b179' : '#ccc0b3'; brush.fillRect(x, y, 74, 74);
    brush.fillStyle = '#333'; if (value) brush.fillText(value, x + 20, y + 46); });
}
function shift(dx, dy) {
  const at = (line, step) => dx ? line * 4 + (dx > 0 ? 3 - step : step)
    : (dy > 0 ? 3 - step : step) * 4 + line;
  for (let line = 0; line < 4; line += 1) {
    const row = [0, 1, 2, 3].map((step) => cells[at(line, step)]).filter(Boolean);
    for (let i = 0; i + 1 < row.length; i += 1)
      if (row[i] === row[i + 1]) row.splice(i, 2, row[i] * 2);
    [0, 1, 2, 3].forEach((step) => { cells[at(line, step)] = row[step] ?? 0; });
  }
  const free = cells.flatMap((value, i) => value ? [] : [i]);
  if (free.length) cells[free[Math.floor(Math.random() * free.length)]] = 2;
  draw();
}
addEventListener('pointerdown', (event) => { from = [event.clientX, event.clientY]; });
addEventListener('pointerup', (event) => { if (!from) return;
  const dx = event.clientX - from[0], dy = event.clientY - from[1]; from = null;
  if (Math.hypot(dx, dy) < 30) return;
  if (Math.abs(dx) > Math.abs(dy)) shift(Math.sign(dx), 0); else shift(0, Math.sign(dy)); });
draw();`,
  ),
  reversi: canvasPage(
    'リバーシ',
    `const cells = Array(64).fill(0); cells[27] = cells[36] = 1; cells[28] = cells[35] = 2;
let turn = 1;
const flips = (at, who) => { if (cells[at]) return []; const all = [];
  for (const dx of [-1, 0, 1]) for (const dy of [-1, 0, 1]) { if (!dx && !dy) continue;
    const line = []; let x = at % 8 + dx, y = Math.floor(at / 8) + dy;
    while (x >= 0 && x < 8 && y >= 0 && y < 8 && cells[y * 8 + x] === 3 - who) {
      line.push(y * 8 + x); x += dx; y += dy; }
    if (x >= 0 && x < 8 && y >= 0 && y < 8 && cells[y * 8 + x] === who) all.push(...line); }
  return all; };
const moves = (who) => cells.flatMap((_, at) => flips(at, who).length ? [at] : []);
function draw() { brush.fillStyle = '#2e7d32'; brush.fillRect(0, 0, 390, 600);
  cells.forEach((stone, at) => { const x = 19 + (at % 8) * 44, y = 40 + Math.floor(at / 8) * 44;
    brush.strokeRect(x, y, 44, 44); if (!stone && !flips(at, turn).length) return;
    brush.fillStyle = ['#4caf50', '#111', '#fff'][stone]; brush.beginPath();
    brush.arc(x + 22, y + 22, stone ? 18 : 6, 0, 7); brush.fill(); }); }
canvas.onpointerdown = (event) => { const [x, y] = place(event);
  const column = Math.floor((x - 19) / 44), row = Math.floor((y - 40) / 44), at = row * 8 + column;
  const turned = column >= 0 && column < 8 && row >= 0 && row < 8 ? flips(at, turn) : [];
  if (!turned.length) return;
  for (const each of [at, ...turned]) cells[each] = turn;
  turn = 3 - turn; if (!moves(turn).length) turn = 3 - turn; draw(); };
draw();`,
  ),
  sketch: canvasPage(
    'おえかき',
    `brush.fillStyle = '#fffde7'; brush.fillRect(0, 0, 390, 600);
brush.fillStyle = '#e53935'; brush.fillRect(20, 540, 60, 50);
brush.fillStyle = '#1e88e5'; brush.fillRect(100, 540, 60, 50);
let colour = '#e53935', before = null; brush.lineWidth = 8; brush.lineCap = 'round';
canvas.onpointerdown = (event) => { before = place(event);
  if (before[1] > 540) colour = before[0] < 90 ? '#e53935' : '#1e88e5'; };
canvas.onpointermove = (event) => { if (!before) return; const to = place(event);
  brush.strokeStyle = colour; brush.beginPath(); brush.moveTo(...before); brush.lineTo(...to);
  brush.stroke(); before = to; };
canvas.onpointerup = () => { before = null; };`,
  ),
  hanoi: canvasPage(
    'ハノイの塔',
    `const pegs = [[5, 4, 3, 2, 1], [], []]; let held = null;
function draw() { brush.fillStyle = '#263238'; brush.fillRect(0, 0, 390, 600);
  pegs.forEach((peg, at) => { const x = 70 + at * 125;
    brush.fillStyle = held === at ? '#ffeb3b' : '#8d6e63'; brush.fillRect(x - 4, 200, 8, 300);
    peg.forEach((disc, up) => { brush.fillStyle = 'hsl(' + disc * 60 + ' 70% 60%)';
      brush.fillRect(x - disc * 11, 480 - up * 30, disc * 22, 26); }); }); }
canvas.onpointerdown = (event) => { const at = Math.min(2, Math.floor(place(event)[0] / 130));
  if (held === null) held = pegs[at].length ? at : null;
  else { const disc = pegs[held].at(-1), below = pegs[at].at(-1) ?? 9;
    if (disc < below) pegs[at].push(pegs[held].pop()); held = null; }
  draw(); };
draw();`,
  ),
  hangman: canvasPage(
    'ことばあて',
    `const word = ['さくら', 'たぬき', 'みかん'][Math.floor(Math.random() * 3)];
const letters = [...'あいうえおかきくけこさしすせそたちつてとなにぬねのはみむめもやらりるれろわんをゆよ'];
const used = new Set();
function draw() { brush.fillStyle = '#fff'; brush.fillRect(0, 0, 390, 600);
  brush.fillStyle = '#222'; brush.font = '48px sans-serif';
  brush.fillText([...word].map((c) => used.has(c) ? c : '＿').join(''), 110, 80);
  brush.font = '24px sans-serif';
  letters.forEach((c, at) => { brush.fillStyle = used.has(c) ? '#bbb' : '#222';
    brush.fillText(c, 20 + (at % 6) * 60, 150 + Math.floor(at / 6) * 56); }); }
canvas.onpointerdown = (event) => { const [x, y] = place(event);
  const at = Math.floor((y - 120) / 56) * 6 + Math.floor((x - 8) / 60);
  if (letters[at]) { used.add(letters[at]); draw(); } };
draw();`,
  ),
};

const drawn: Readonly<Record<string, string>> = {
  colouring: page(
    'ぬりえ',
    '<svg id="s" viewBox="0 0 300 300" width="350" style="margin: 0 20px">' +
      '<circle cx="150" cy="150" r="120" fill="#fff" stroke="#222" stroke-width="4"/>' +
      '<circle cx="105" cy="120" r="26" fill="#fff" stroke="#222" stroke-width="4"/>' +
      '<circle cx="195" cy="120" r="26" fill="#fff" stroke="#222" stroke-width="4"/>' +
      '<path d="M90 190 Q150 260 210 190 Z" fill="#fff" stroke="#222" stroke-width="4"/></svg>',
    `const inks = ['#ef9a9a', '#ffe082', '#90caf9', '#a5d6a7']; let next = 0;
for (const shape of $('s').children) shape.addEventListener('click', () => {
  shape.setAttribute('fill', inks[next++ % inks.length]);
});`,
  ),
  clicker: page(
    'クッキーやさん',
    '<button id="bake" style="font-size: 90px; margin: 20px 110px">🍪</button>' +
      '<p id="say" style="margin: 20px">0</p><button id="buy">オーブン（10）</button>',
    `let count = 0, ovens = 0;
const show = () => { $('say').textContent = count + ' 枚、オーブン ' + ovens + ' 台'; };
$('bake').onclick = () => { count += 1 + ovens; show(); };
$('buy').onclick = () => { if (count >= 10) { count -= 10; ovens += 1; show(); } };`,
  ),
};

const puzzles: Readonly<Record<string, string>> = {
  sudoku: page(
    '4×4 ナンプレ',
    BOX,
    `const given = { 0: 1, 3: 4, 5: 4, 6: 1, 9: 1, 10: 4, 12: 4, 15: 1 };
const values = Array.from({ length: 16 }, (_, at) => given[at] || 0);
const cells = grid(4, 4, (cell, at) => {
  cell.textContent = values[at] || '';
  if (given[at]) { cell.style.fontWeight = 'bold'; cell.disabled = true; return; }
  cell.onclick = () => { values[at] = (values[at] + 1) % 5; cell.textContent = values[at] || '';
    $('say').textContent = isDone() ? 'できた！' : ''; };
});
const isWhole = (places) => new Set(places.map((at) => values[at])).size === 4;
function isDone() {
  return !values.includes(0) && [0, 1, 2, 3].every((n) =>
    isWhole([0, 1, 2, 3].map((k) => n * 4 + k)) && isWhole([0, 1, 2, 3].map((k) => k * 4 + n)));
}`,
  ),
  crossword: page(
    'ことばパズル',
    BOX + '<div id="keys" style="margin: 20px"></div>',
    `const rows = ['すいか', 'し＃み', '＃うし']; let chosen = null;
const cells = grid(3, 4, (cell, at) => {
  const letter = rows[Math.floor(at / 3)][at % 3];
  if (letter === '＃') { cell.style.background = '#222'; return; }
  cell.dataset.letter = letter;
  cell.onclick = () => { chosen = cell;
    for (const each of cells) each.style.outline = each === cell ? '4px solid #f90' : ''; };
});
for (const letter of 'すいかしみう') {
  const key = document.createElement('button'); key.textContent = letter; $('keys').append(key);
  key.onclick = () => { if (!chosen) { $('say').textContent = 'マスをえらんでね'; return; }
    chosen.textContent = letter;
    const left = cells.filter((c) => c.dataset.letter && c.dataset.letter !== c.textContent);
    $('say').textContent = left.length ? 'あと ' + left.length : '完成！'; };
}`,
  ),
  four: canvasPage(
    '四目ならべ',
    `const stacks = Array.from({ length: 7 }, () => []); let turn = 0;
function draw() {
  brush.fillStyle = '#1565c0'; brush.fillRect(0, 0, 390, 600);
  stacks.forEach((stack, x) => { for (let y = 0; y < 6; y += 1) {
    brush.fillStyle = ['#ef5350', '#ffee58'][stack[y]] || '#e3f2fd';
    brush.beginPath(); brush.arc(30 + x * 55, 350 - y * 55, 22, 0, 7); brush.fill();
  } });
}
canvas.onpointerup = (event) => {
  const [x] = place(event); const stack = stacks[Math.floor((x - 3) / 55)];
  if (!stack || stack.length === 6) return;
  stack.push(turn); turn = 1 - turn;
  if (stacks.every(({ length }) => length === 6)) for (const each of stacks) each.length = 0;
  draw();
};
draw();`,
  ),
  fortune: page(
    'おみくじ',
    '<div id="box" style="font-size: 110px; margin: 120px 140px; cursor: pointer">🎋</div>' +
      '<p id="say" style="margin: 20px; text-align: center">箱をふってください</p>',
    `const lots = ['大吉', '中吉', '小吉', '吉', '末吉', '凶']; let isShaken = false;
$('box').onclick = () => {
  if (isShaken) return;
  isShaken = true; $('say').textContent = 'がらがら…';
  setTimeout(() => { isShaken = false;
    $('say').textContent = lots[Math.floor(Math.random() * lots.length)]; }, 900);
};`,
  ),
  typed: page(
    'なまえあて',
    '<p style="margin: 20px">しっぽの長い、木にのぼる動物</p>' +
      '<input id="word" style="font-size: 28px; margin: 20px; width: 200px" maxlength="3">' +
      '<button id="ok">こたえる</button><p id="say" style="margin: 20px"></p>',
    `let tries = 0;
$('ok').onclick = () => { tries += 1; const word = $('word').value.trim();
  $('say').textContent = !word ? '文字を入れてね' : word === 'さる' ? '正解！' : tries + '回め…'; };`,
  ),
};

export const QUIET_GAMES: Readonly<Record<string, string>> = {
  ...elements,
  ...canvases,
  ...drawn,
  ...puzzles,
};
