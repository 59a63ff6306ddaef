import { box, button, clamp, label, lines } from './draw.js';
import { fingers, firstFinger, releaseAll, watchFingers, type Touched } from './fingers.js';
import { words } from './language.js';
import { clearLight, drawLight, isFrozen, jolt, moveLight, shake } from './light.js';
import { ctx, frame, H, W } from './page.js';
import { save, saved } from './save.js';
import { hush, music, playMusic, sound, wake } from './sound.js';

type Told = Record<string, string | number | boolean>;

/** What a game gives to {@link play}. */
export interface Game extends Partial<Touched> {
  /** Sets everything that a round changes. */
  start(): void;
  /** Moves the world by `dt` seconds, at most 1/30. */
  update(dt: number): void;
  /** Draws the screen: in three dimensions what stands above the world. */
  draw?(): void;
  /** State that is worth knowing besides phase and score: whole numbers, short texts. */
  tell?(): Told;
  /** Settings have been tuned. */
  tuned?(): void;
  /** Ways into later parts, by name: for those who test or show the game. */
  phases?: Record<string, () => void>;
  /** Of the end, where the usual ones do not fit. */
  words?: Partial<EndWords>;
  background?: string;
}

interface EndWords {
  over: string;
  won: string;
  again: string;
}

/** How a kit shows a frame of a game on the flat canvas, and below it. */
export interface Stage {
  draw(game: Game, dt: number): void;
}

/** Seconds after the end in which a hasty thumb begins nothing. */
const REST_S = 0.5;
const MAX_FRAME_S = 1 / 30;
const AGAIN = { x: 75, y: 530, w: 240, h: 64 };
const END_WORDS: EndWords = words({
  en: { over: 'Game over', won: 'You won!', again: 'Tap to play again' },
  ja: { over: 'ゲームオーバー', won: 'クリア！', again: 'タップでもう一回' },
});

export const round = {
  state: 'playing' as 'playing' | 'over',
  /** The number on the screen. */
  score: 0,
  best: 0,
  /** Seconds that were played. */
  time: 0,
  isWon: false,
  /** Shown at the end, below the score. */
  text: '',
  /** Of the end, in place of the usual words and of the score: of a story, or of two players. */
  title: '',
};

let game: Game | null = null;
let overFor = 0;
let last = 0;

const touched: Touched = {
  tap: (finger) => game?.tap?.(finger),
  drag: (dx, dy, finger) => game?.drag?.(dx, dy, finger),
  lift: (finger) => game?.lift?.(finger),
  swipe: (dx, dy, finger) => game?.swipe?.(dx, dy, finger),
  press: (dx, dy) => (game?.press ? game.press(dx, dy) : game?.swipe?.(dx, dy, firstFinger())),
};

/** Starts the game, and its rounds one after the other. */
export function run(theGame: Game, stage: Stage): void {
  game = theGame;
  round.best = saved('best', 0);
  document.documentElement.style.background = theGame.background ?? '';
  watchFingers(touched, wakes);
  document.addEventListener('visibilitychange', () => {
    hush(document.hidden);
    if (document.hidden) releaseAll(touched);
  });
  offerState(theGame);
  begin(theGame);
  requestAnimationFrame((now) => {
    last = now;
    next(now, theGame, stage);
  });
}

/** Called when settings have been tuned. */
export const tuned = (): void => game?.tuned?.();

/**
 * Ends the round; a touch or key begins the next one, half a second later at the earliest. With a
 * title the end shows no score.
 */
export function finish(isWon = false, text = '', title = ''): void {
  if (round.state === 'over') return;
  const best = Math.max(round.best, round.score);
  Object.assign(round, { state: 'over', isWon, text, title, best });
  overFor = 0;
  fingers.length = 0;
  save('best', round.best);
  music();
  sound(isWon ? 'win' : 'lose');
  shake(isWon || title !== '' ? 4 : 12);
  if (game) tell(game);
}

function begin(theGame: Game): void {
  Object.assign(round, { state: 'playing', score: 0, time: 0, isWon: false, text: '', title: '' });
  clearLight();
  theGame.start();
  tell(theGame);
}

/** Whether a touch or key is one for the game. */
function wakes(): boolean {
  wake();
  if (round.state === 'playing') return true;
  if (overFor > REST_S && game) begin(game);
  return false;
}

const stateOf = (theGame: Game): Told => ({
  state: round.state,
  score: round.score,
  won: round.isWon,
  ...theGame.tell?.(),
});

function tell(theGame: Game): void {
  const told = document.documentElement.dataset;
  for (const [key, value] of Object.entries(stateOf(theGame)))
    if (told[key] !== String(value)) told[key] = String(value);
}

function offerState(theGame: Game): void {
  const { phases = {} } = theGame;
  const goto = (name: string): void => {
    if (round.state === 'over') begin(theGame);
    phases[name]?.();
  };
  const offered = { state: () => stateOf(theGame), phases: Object.keys(phases), goto };
  Object.assign(window, { __game: offered });
}

function next(now: number, theGame: Game, stage: Stage): void {
  // Asked for first: after an exception the game goes on.
  requestAnimationFrame((then) => next(then, theGame, stage));
  const dt = clamp((now - last) / 1000, 0, MAX_FRAME_S);
  last = now;
  playMusic();
  if (round.state === 'over') overFor += dt;
  else if (!isFrozen(dt)) {
    round.time += dt;
    theGame.update(dt);
    tell(theGame);
  }
  moveLight(dt);
  const zoom = frame.scale * frame.density;
  ctx.setTransform(zoom, 0, 0, zoom, jolt() * zoom, jolt() * zoom);
  stage.draw(theGame, dt);
  drawLight(ctx);
  if (round.state === 'over') drawEnd(theGame);
}

function drawEnd({ words: own }: Game): void {
  const { over, won, again } = { ...END_WORDS, ...own };
  box(-20, -20, W + 40, H + 40, 0, 'rgba(8, 8, 24, 0.72)');
  const { isWon, text, title } = round;
  const [usual, color] = isWon ? [won, '#ffd166'] : [over, title === '' ? '#ff6b6b' : '#cfd6ff'];
  label(title || usual, W / 2, 320, 44, color, 'center', W - 40);
  if (title === '') {
    label(round.score, W / 2, 400, 64);
    label(`★ ${round.best}`, W / 2, 456, 22, '#ffd166');
  }
  if (text !== '') lines(text, W / 2, title === '' ? 630 : 390, W - 60, 20);
  button(AGAIN, again);
}
