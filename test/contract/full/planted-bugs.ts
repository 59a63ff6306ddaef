import { edited, strangersGames, type Edits } from '../../eval/player/games.js';

/** A bug that models write, planted in a game, and what its writer has to read of it. */
export interface PlantedBug {
  readonly id: string;
  readonly kind: string;
  readonly html: string;
  /** The page that was changed, without the bug; null = the game is new. */
  readonly parent: string | null;
  readonly tells: RegExp;
  /** False: it is missed. */
  readonly isTold: boolean;
}

/** An operator of the game's `about.json`, or what is replaced. */
type Bug = string | readonly [find: string, replace: string];
type Row = readonly [game: string, bug: Bug, isTold?: false];

interface Kind {
  readonly name: string;
  readonly tells: RegExp;
  readonly rows: readonly Row[];
}

const COMPILE: Kind = {
  name: 'does not start',
  tells: /does not compile|levels\.js, which is not there|is cut/,
  rows: [
    ['rockfall', ['function addScore(points) {', 'function addScore(points) {{']],
    ['hebi', ['function freeCell() {', 'function freeCell( {']],
    ['swipe-2048', ['let start = null;', 'let start = null, start;']],
    ['neko-tobi', ['<script>', '<script src="levels.js"></script>\n<script>']],
  ],
};

/** Each of them is `promised`: a careful tester finds it. */
const FAULTS: readonly Kind[] = [
  {
    name: 'throws',
    tells: /\[exception\]/,
    rows: [
      ['garden-moles', 'throws-on-first-hit'],
      ['fruit-slash', 'throws-on-first-hit'],
      ['kyuu-race', 'throws-on-first-hit'],
      ['rock-drift', 'throws-on-first-hit'],
      ['hoshi-boss', 'throws-on-first-kill'],
      ['two-thumbs-orbit', 'throws-on-first-kill'],
      // Two lives do not last so long; the search after the hand-over does.
      ['hoshi-boss', 'boss-late'],
      ['danmaku-yoke', 'late-event-throws', false],
    ],
  },
  {
    name: 'is deaf',
    tells: /\[(?:deaf|blank)\]/,
    rows: [
      ['air-hockey', 'dpr'],
      ['danmaku-yoke', 'dpr'],
      ['rockfall', 'dpr'],
      ['hebi', 'deaf-input'],
      ['thumb-pong', 'one-finger'],
      ['two-thumbs-orbit', 'one-finger'],
      ['onigiri-tower', 'sound-before-touch'],
    ],
  },
  {
    name: 'stops',
    tells: /\[(?:freeze|deaf)\]/,
    rows: [
      ['bumble-dash', 'dead-after-hiding'],
      ['fox-trail', 'dead-after-hiding'],
      ['yane-ninja', 'dead-after-hiding'],
      ['reversi-duel', 'endless-loop'],
    ],
  },
  {
    name: 'ends badly',
    tells: /\[(?:dead-end|instant-death)\]/,
    rows: [
      ['koori-penguin', 'no-restart', false],
      ['janken-cards', 'draw-locks'],
      ['iro-otoshi', 'dead-at-start'],
    ],
  },
  {
    name: 'cannot be won',
    tells: /was never won[^]*\n> index\.html:\d+: .*\bw(?:in|on)\b/,
    rows: [
      ['air-hockey', 'unreachable-win'],
      ['brick-supper', 'unreachable-win'],
    ],
  },
  {
    name: 'looks wrong',
    tells: /\[(?:overlap|half-empty|blank|cut-text|scrolls)\]/,
    rows: [
      ['eight-mines', 'overlap'],
      ['hatake-clicker', 'overlap'],
      ['wild-eight', 'overlap'],
      ['chuu-maze', 'half-empty'],
      ['drag-golf', 'half-empty'],
      ['candy-swap', 'broken-row-after-bigger', false],
      ['kyuu-race', 'black-canvas'],
      ['quiet-garden', 'page-scrolls'],
    ],
  },
  { name: 'needs others', tells: /\[csp\]/, rows: [['sky-slab', 'external-script']] },
];

/** Changes that take something away that was not asked for. */
const BREAKS: Kind = {
  name: 'loses',
  tells: /Before this change, and no more|Otherwise than before/,
  rows: [
    ['fruit-slash', 'score-stuck'],
    ['candy-swap', 'dead-control'],
    ['bumble-dash', 'collision-off'],
    ['chuu-maze', 'half-speed'],
    // Two lives reach no second round here; the search after the hand-over does.
    ['air-hockey', 'restart-keeps-score', false],
    ['fox-trail', 'no-spawn'],
  ],
};

/** All of them, forty or more. */
export async function plantedBugs(): Promise<PlantedBug[]> {
  const games = new Map((await strangersGames()).map((game) => [game.name, game]));
  return [COMPILE, ...FAULTS, BREAKS].flatMap(({ name: kind, tells, rows }) =>
    rows.map(([name, bug, isTold = true]): PlantedBug => {
      const game = games.get(name);
      if (!game) throw new Error(`there is no game ${name}`);
      const { promised, breaks } = game.about;
      const edits: Edits | undefined =
        typeof bug === 'string'
          ? (kind === BREAKS.name ? breaks : promised).find(({ operator }) => operator === bug)
              ?.edits
          : [{ find: bug[0], replace: bug[1] }];
      if (!edits) throw new Error(`${name} has no ${String(bug)}`);
      const id = `${kind}: ${name} ${typeof bug === 'string' ? bug : bug[1].slice(0, 30)}`;
      const parent = kind === BREAKS.name ? game.html : null;
      return { id, kind, parent, tells, isTold, html: edited(game.html, edits) };
    }),
  );
}
