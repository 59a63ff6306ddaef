/** Games that ask for hands and eyes of a person (P1, P2), and what is true of each. */
import { shooter } from './play-pages.js';

const page = (body: string, script: string): string => `<!DOCTYPE html>
<html lang="ja"><head><meta charset="UTF-8"><title>遊び</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>html, body { margin: 0; height: 100%; overflow: hidden; touch-action: none }
canvas { display: block; width: 100vw; height: 100vh }
#hud { position: fixed; top: 12px; left: 12px; color: #fff; font: 20px sans-serif }
#over { position: fixed; top: 300px; width: 100%; text-align: center; color: #fff;
  font: 36px sans-serif }</style></head><body>${body}<script>
const at = (id) => document.getElementById(id);
${script}</script></body></html>
`;

/** A canvas in the points of the screen, and a loop that calls `draw(seconds)` in each frame. */
const LOOP = `
const canvas = at('c'), brush = canvas.getContext('2d');
const density = window.devicePixelRatio || 1;
canvas.width = innerWidth * density; canvas.height = innerHeight * density;
brush.scale(density, density);
let last = 0;
function tick(now) {
  const seconds = Math.min(0.05, (now - last) / 1000); last = now;
  brush.fillStyle = '#123'; brush.fillRect(0, 0, innerWidth, innerHeight);
  draw(seconds);
  loop = requestAnimationFrame(tick);
}
let loop = requestAnimationFrame(tick);`;
const CANVAS = '<canvas id="c"></canvas>';
const HUD = '<div id="hud">SCORE 0</div>';
const DOT = 'const dot = (x, y, size) => brush.fillRect(x - size / 2, y - size / 2, size, size);';

/** It asks in each frame whether it is touched, and where. */
const polling = page(
  CANVAS,
  `${LOOP}${DOT}
let finger = null, x = 195, y = 700, shots = 0;
addEventListener('touchstart', (event) => { finger = event.touches[0]; });
addEventListener('touchmove', (event) => { finger = event.touches[0]; });
addEventListener('touchend', () => { finger = null; });
function draw(seconds) {
  if (finger) { shots += seconds; x += Math.sign(finger.clientX - x) * 60 * seconds; }
  brush.fillStyle = '#fc0'; dot(x, y, 30); dot(20, 20 + shots * 40, 12);
}`,
);

/** A button in a corner, which is asked for in each frame, and only while it is pressed. */
const pollingTaps = page(
  CANVAS,
  `${LOOP}${DOT}
let finger = null, height = 0, speed = 0;
addEventListener('pointerdown', (event) => { finger = event; });
addEventListener('pointerup', () => { finger = null; });
function draw(seconds) {
  const isPressed = finger && finger.clientX > 260 && finger.clientY < 220;
  if (isPressed && height === 0) speed = 900;
  speed -= 900 * seconds; height = Math.max(0, height + speed * seconds);
  brush.fillStyle = '#fc0'; dot(80, 700 - height, 40);
}`,
);

/** Its keys are asked for in each frame; a touch on its left or right half is one of them. */
const pollingKeys = page(
  CANVAS,
  `${LOOP}${DOT}
const keys = {}; let x = 195;
addEventListener('keydown', ({ key }) => { keys[key] = true; });
addEventListener('keyup', ({ key }) => { keys[key] = false; });
function draw(seconds) {
  if (keys.ArrowLeft) x -= 200 * seconds;
  if (keys.ArrowRight) x += 400 * seconds;
  brush.fillStyle = '#fc0'; dot(x, 700, 40);
}`,
);

/** The rules are told on the screen all the time. */
const rules = page(
  `${CANVAS}<div id="hud"><b>GAME OVER</b> になるまで、岩をよけよう。<br>当たると GAME OVER</div>`,
  `${LOOP}${DOT}
let x = 195, y = 0;
addEventListener('pointerdown', ({ clientX }) => { x = clientX; });
addEventListener('pointermove', ({ clientX }) => { x = clientX; });
function draw(seconds) {
  y = (y + 200 * seconds) % 844; brush.fillStyle = '#fc0'; dot(x, 700, 40); dot(100, y, 30);
}`,
);

/** A page of rules opens with the first touch, and stays for as long as nothing else is done. */
const rulesLater = page(
  `${HUD}<div id="over"></div>`,
  `let step = 0; const say = at('over'); document.body.style.background = '#123';
const lines = ['はじめる', '敵に3回当たると<br>ゲームオーバーになるよ', '1', '2', '3', '4'];
const show = () => {
  say.innerHTML = lines[step % lines.length]; at('hud').textContent = 'SCORE ' + step;
};
addEventListener('click', () => { step += 1; show(); }); show();`,
);

/** Something that it can do without is missing while it loads. */
const stumbles = page(
  CANVAS,
  `setTimeout(() => { at('settings').hidden = true; }, 20);
${LOOP}${DOT}
let x = 195;
addEventListener('pointermove', ({ clientX }) => { x = clientX; });
addEventListener('pointerdown', ({ clientX }) => { x = clientX; });
function draw() { brush.fillStyle = '#fc0'; dot(x, 700, 40); }`,
);

/** The first enemy that is hit throws, and it is hit with the first touch. */
const throwsOnce = stumbles.replace(
  "setTimeout(() => { at('settings').hidden = true; }, 20);",
  "addEventListener('pointerdown', () => { at('enemy').remove(); }, { once: true });",
);

const BUTTON = `<div id="hud" style="pointer-events: none">SCORE 0</div>`;
const COUNTS = `let taps = 0;
addEventListener('pointerdown', () => { taps += 1; at('hud').textContent = 'SCORE ' + taps; });`;

/** Its canvas stays black under a score that counts. */
const black = page(
  CANVAS + BUTTON,
  `const brush = at('c').getContext('2d'); brush.fillRect(0, 0, 300, 150); ${COUNTS}`,
);
/** Nothing was ever drawn on it. */
const transparent = page(
  CANVAS + BUTTON,
  `document.body.style.background = 'linear-gradient(#234, #543)';
at('c').getContext('2d'); ${COUNTS}`,
);
/** It lies beside the screen. */
const beside = page(
  `<canvas id="c" style="position: fixed; left: 100vw"></canvas>${BUTTON}`,
  `document.body.style.background = '#123'; ${LOOP}${DOT}
function draw() { brush.fillStyle = '#fc0'; dot(100, 100, 80); } ${COUNTS}`,
);
/** A scene that stays black. */
const blackScene = page(
  CANVAS + BUTTON,
  `const scene = at('c').getContext('webgl');
(function draw() { scene.clearColor(0, 0, 0, 1); scene.clear(scene.COLOR_BUFFER_BIT);
  requestAnimationFrame(draw); })(); ${COUNTS}`,
);
/** A page of words: its canvas is there for sparks that come with the end. */
const sparks = page(
  `<canvas id="c" style="position: fixed; inset: 0; pointer-events: none"></canvas>
<p id="hud" style="color: #000">むかしむかし</p>`,
  `at('c').getContext('2d'); let line = 0;
addEventListener('click', () => { line += 1; at('hud').textContent = '第' + line + '章'; });`,
);
/** Dark until it is begun, behind a title that has the screen. */
const titled = page(
  `${CANVAS}<div id="t" style="position: fixed; inset: 0; background: #345; color: #fff">
<button style="margin: 400px 120px; padding: 20px">長押しで開く</button></div>`,
  `at('c').getContext('2d'); let held = 0;
addEventListener('touchstart', () => { held += 1; at('t').style.paddingTop = held * 9 + 'px'; });`,
);

const puck = (scaled: string): string =>
  page(
    CANVAS,
    `${LOOP}${DOT}
const paddle = { x: 195, y: 700 }, puck = { x: 195, y: 300, dx: 90, dy: 160 };
const clamp = (value, most) => Math.max(20, Math.min(most - 20, value));
const follow = ({ clientX, clientY }) => {
  paddle.x = clamp(clientX${scaled}, innerWidth); paddle.y = clamp(clientY${scaled}, innerHeight);
};
addEventListener('pointerdown', follow); addEventListener('pointermove', follow);
function draw(seconds) {
  puck.x += puck.dx * seconds; puck.y += puck.dy * seconds;
  if (puck.x < 20 || puck.x > innerWidth - 20) puck.dx = -puck.dx;
  if (puck.y < 20 || puck.y > innerHeight - 20) puck.dy = -puck.dy;
  brush.fillStyle = '#fc0'; dot(paddle.x, paddle.y, 40);
  brush.fillStyle = '#f55'; dot(puck.x, puck.y, 24);
}`,
  );

/** What is done when the page is hidden and shown again. */
const flyer = (hidden: string, shown: string): string =>
  page(
    CANVAS,
    `${LOOP}${DOT}
let x = 195, sky = 0;
addEventListener('pointerdown', ({ clientX }) => { x = clientX; });
addEventListener('pointermove', ({ clientX }) => { x = clientX; });
document.addEventListener('visibilitychange', () => {
  if (document.hidden) { ${hidden} } else { ${shown} }
});
function draw(seconds) {
  sky = (sky + 90 * seconds) % 844;
  brush.fillStyle = '#fc0'; dot(x, 700, 40); brush.fillStyle = '#89a'; dot(60, sky, 8);
}`,
  );

/** A map that is turned and drawn larger by two fingers, and by nothing else. */
const twoFingers = page(
  CANVAS,
  `${LOOP}${DOT}
let size = 60, apart = 0;
const distance = ([one, other]) =>
  Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
addEventListener('touchstart', ({ touches }) => {
  if (touches.length === 2) apart = distance(touches);
});
addEventListener('touchmove', ({ touches }) => {
  if (touches.length === 2) size = Math.max(20, 60 + (distance(touches) - apart) / 4);
});
function draw() { brush.fillStyle = '#fc0'; dot(195, 422, size); }`,
);

/** A stick in the lower left corner, which is asked for in each frame; nothing else is touched. */
const leftStick = page(
  CANVAS,
  `${LOOP}${DOT}
let from = null, to = null, x = 195, y = 300;
addEventListener('pointerdown', ({ clientX, clientY, pointerId }) => {
  if (clientX > 150 || clientY < 640 || from) return;
  from = to = { x: clientX, y: clientY, id: pointerId };
});
addEventListener('pointermove', ({ clientX, clientY, pointerId }) => {
  if (from && from.id === pointerId) to = { x: clientX, y: clientY };
});
addEventListener('pointerup', ({ pointerId }) => {
  if (from && from.id === pointerId) from = null;
});
function draw(seconds) {
  if (from) { x += (to.x - from.x) * 3 * seconds; y += (to.y - from.y) * 3 * seconds; }
  brush.fillStyle = '#fc0'; dot(x, y, 30); brush.fillStyle = '#456'; dot(90, 720, 90);
}`,
);

/** A swipe is short, and counts by the moves that frames have seen. */
const pollingSwipes = page(
  CANVAS,
  `${LOOP}${DOT}
let finger = null, before = null, angle = 0, seen = [], age = 0;
addEventListener('pointerdown', ({ clientX, clientY }) => {
  before = finger = { clientX, clientY }; seen = []; age = 0;
});
addEventListener('pointermove', ({ clientX, clientY }) => {
  if (finger) finger = { clientX, clientY };
});
addEventListener('pointerup', () => {
  if (seen.length > 1 && age < 0.15) angle += seen[0].clientX - seen.at(-1).clientX > 0 ? 1 : 2;
  finger = null;
});
function draw(seconds) {
  age += seconds;
  if (finger && (finger.clientX !== before.clientX || finger.clientY !== before.clientY)) {
    seen.push(finger); before = finger;
  }
  brush.fillStyle = '#fc0'; dot(195 + 120 * Math.sin(angle), 422 + 120 * Math.cos(angle), 40);
}`,
);

/** The first of many buttons opens a drawer, whose button is the only one that counts. */
const drawer = page(
  `<div id="hud" style="color: #000">0</div><div style="margin: 80px 20px">
<button style="margin: 4px; padding: 18px">開く</button>
${'<button style="margin: 4px; padding: 18px">－</button>'.repeat(6)}</div><div id="drawer"></div>`,
  `let taps = 0; const told = document.documentElement.dataset; told.score = 0;
document.querySelector('button').onclick = () => {
  if (at('drawer').firstChild) return;
  at('drawer').innerHTML =
    '<button style="padding: 9px; position: fixed; bottom: 8px; right: 8px">＋</button>';
  at('drawer').firstChild.onclick = () => { taps += 1; told.score = taps; };
};`,
);

/** Wider and higher than the phone: the window stays, and what is in it is moved. */
const wide = page(
  `${HUD}<button id="go" style="width: 150vw; height: 130vh">＋</button>`,
  `at('go').onclick = () => { at('hud').textContent = 'SCORE ' + Date.now(); };`,
).replace('overflow: hidden; touch-action: none', 'min-height: 100%');

/** Its loop ends late with an exception; a screen of another size clears what it had drawn. */
const stopsLate = page(
  CANVAS,
  `${LOOP}${DOT}
let x = 0, age = 0;
addEventListener('pointerdown', () => { x += 30; });
addEventListener('resize', () => { canvas.width = innerWidth * density; });
function draw(seconds) {
  age += seconds; x += 40 * seconds;
  brush.fillStyle = '#fc0'; dot(x % 390, 400, 60);
  if (age > 13) missing.call();
}`,
);

/** Its end is left by a button that it draws, where no other button is. */
const drawnButton = shooter({
  again: 'if (Math.abs(at.clientX - 195) < 80 && Math.abs(at.clientY - 525) < 26) begin();',
});
/** Its end is left as its turns are made: by a swipe. */
const swipedAgain = shooter({
  again: '',
  first: `let from = 0;
addEventListener('pointerdown', ({ clientY }) => { from = clientY; });
addEventListener('pointerup', ({ clientY }) => {
  if (state === 'over' && from - clientY > 60) begin();
});`,
});
/** It is made for a phone that is held upright. */
const upright = shooter({
  frame: 'if (innerHeight < 600) brush.arc(9, 9, innerHeight - 600, 0, 7);',
});
/** It is won, and then nothing leads on. */
const wonForGood = shooter({ speed: 0.01, frame: "if (now > 8000) state = 'won';" });

interface Known {
  readonly html: string;
  /** Codes of its findings, or of the one note that it has. */
  readonly findings?: readonly string[];
  readonly note?: string;
  /** Its score is moved. */
  readonly scores?: true;
  /** What is said of its finding. */
  readonly evidence?: RegExp;
}

/** Games that a person can play. */
export const PLAYABLE: Readonly<Record<string, Known>> = {
  'asks for touches in each frame': { html: polling },
  'asks for taps in each frame': { html: pollingTaps },
  'asks for swipes in each frame': { html: pollingSwipes },
  'asks for keys in each frame': { html: pollingKeys, note: 'keys-only' },
  'tells its rules': { html: rules },
  'tells its rules when it is touched': { html: rulesLater },
  'misses what it can do without': { html: stumbles, note: 'exception-once' },
  'has sparks over its words': { html: sparks },
  'hides its stage behind a title': { html: titled },
  'follows the finger on any screen': { html: puck('') },
  'rests while it is hidden': {
    html: flyer('cancelAnimationFrame(loop);', 'loop = requestAnimationFrame(tick);'),
  },
  'needs two fingers': { html: twoFingers },
  'has a stick on the left': { html: leftStick },
  'opens what is to be tapped': { html: drawer, scores: true },
  'is left at its end by a button that is drawn': { html: drawnButton },
  'is left at its end by a swipe': { html: swipedAgain },
  'throws where it is turned on its side': { html: upright },
  'would be enlarged by two fingers': {
    html: pollingTaps.replace('touch-action: none', 'touch-action: manipulation'),
  },
};

/** Games that nobody can play, or that show what no player should meet. */
export const UNPLAYABLE: Readonly<Record<string, Known>> = {
  'throws when it is touched first': { html: throwsOnce, findings: ['exception'] },
  'leaves its stage black': { html: black, findings: ['blank'] },
  'draws nothing on its stage': { html: transparent, findings: ['blank'] },
  'has its stage beside the screen': { html: beside, findings: ['blank'] },
  'shows a black scene': { html: blackScene, findings: ['blank'] },
  'multiplies touches by the density': {
    html: puck(' * devicePixelRatio'),
    findings: ['deaf'],
    evidence: /devicePixelRatio/,
  },
  'is dead once it was hidden': {
    html: flyer('cancelAnimationFrame(loop);', ''),
    findings: ['deaf'],
    evidence: /visibilitychange/,
  },
  'has no way on after it was won': { html: wonForGood, findings: ['dead-end'] },
  'is moved below its window': { html: wide, findings: ['scrolls'] },
  'stands still since a late exception': { html: stopsLate, findings: ['exception'] },
};
