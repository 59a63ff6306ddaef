import { splitAttached } from '../assets/attached-images.js';
import { cut } from '../../contracts/base/cut.js';
import type { DesignedBrief, GameBrief } from '../../contracts/game/brief.js';
import type { Dimension } from '../../contracts/base/ids.js';
import type { Language } from '../../contracts/base/language.js';
import { styleGuide, type Palette } from '../styles/style-guides.js';
import { endingOf, genreNamed, playbookOf, UNNAMED_GENRE } from './playbooks.js';
import { ruleChecks } from './rule-checks.js';

/** What a game is designed from. */
export interface DesignWish {
  readonly request: string;
  readonly dimension: Dimension | null;
  readonly styleId: string | null;
  readonly language: Language;
}

const TITLE_CHARS = 24;
/** A title that the wish gives itself, in any brackets. */
const NAMED = /[「『“"]([^」』”"\n]{1,24})[」』”"]/;
/** Words of a wish besides its subject. */
const ORDER = new RegExp(
  [
    /[23]d(?:で|の)?/,
    /を?(?:作|つく)(?:って|り|る|成).*/,
    /ゲーム(?:が|を).*/,
    /(?:please )?(?:make|create|build) (?:me )?(?:an? )?/,
    /\bgames?\b/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'gi',
);
/** "Like X", "X のような". */
const LIKENESS =
  /みたいな|のような|っぽい|風の(?:ゲーム|遊び)|クローン|\b(?:just )?like\b|\bclone\b/i;

const WITHOUT_STYLE: Palette = {
  background: '#14213d',
  surface: '#22335c',
  player: '#4cc9f0',
  danger: '#ef476f',
  reward: '#ffd166',
  text: '#f8f9fa',
};

const TEXTS = {
  ja: {
    untitled: '新しい冒険',
    pitch: (kind: string, title: string) => `「${title}」という${kind}を作ります。`,
    feel: '触るとすぐに動きと光で応え、だんだん難しくなる',
    ease: '触るとすぐに動きと光でやさしく応える',
    likeness: '名前、見た目、キャラクターはこのゲームだけのものにします。',
  },
  en: {
    untitled: 'A new adventure',
    pitch: (kind: string, title: string) => `I am making “${title}”, ${kind}.`,
    feel: 'every touch is answered at once with movement and light, and it grows harder',
    ease: 'every touch is answered at once with gentle movement and light',
    likeness: 'Its name, look and characters will be its own.',
  },
} satisfies Record<Language, unknown>;

/** The colours of a chosen style, else these. */
function paletteFor({ dimension, styleId }: DesignWish, otherwise: Palette): Palette {
  const guide = dimension && styleId ? styleGuide(dimension, styleId) : null;
  return guide?.palette ?? otherwise;
}

/**
 * A brief out of the words of the wish alone: what there is when no model designs. `given` is
 * settled already.
 */
export function briefByRules(
  wish: DesignWish,
  given: Pick<DesignedBrief, 'title' | 'genre' | 'ends'> = {},
): GameBrief {
  const { language } = wish;
  const request = splitAttached(wish.request).words;
  const texts = TEXTS[language];
  const named = given.genre ?? genreNamed(request);
  const genre = named ?? UNNAMED_GENRE;
  const ends = given.ends ?? endingOf(request, genre);
  const { kind, controls, win, lose } = playbookOf(named, ends, language);
  const isLike = LIKENESS.test(request);
  const isEasy = ends === 'endless' || ends === 'two' || genre === 'novel';
  const title = given.title ?? titleIn(request, isLike) ?? texts.untitled;
  return {
    title,
    genre,
    pitch: texts.pitch(kind, title),
    controls,
    win,
    lose,
    feel: isEasy ? texts.ease : texts.feel,
    ends,
    palette: paletteFor(wish, WITHOUT_STYLE),
    sprites: [],
    checks: ruleChecks(language, ends),
    likeness: isLike ? texts.likeness : null,
    language,
    by: 'rules',
  };
}

/**
 * What a model has designed, in the language and the colours that are settled; by rules what it has
 * left out. Checks by rules are none of its own.
 */
export function briefByModel(designed: DesignedBrief, wish: DesignWish): GameBrief {
  const rules = briefByRules(wish, designed);
  const { pitch, controls, win, feel, sprites, likeness } = designed;
  const isOwn = designed.checks.length > 0;
  return {
    ...rules,
    pitch: pitch ?? rules.pitch,
    controls: controls ?? rules.controls,
    win: win ?? rules.win,
    lose: rules.ends === 'endless' ? '' : (designed.lose ?? rules.lose),
    feel: feel ?? rules.feel,
    palette: paletteFor(wish, withDefaults(designed.palette)),
    sprites,
    checks: isOwn ? designed.checks : rules.checks,
    likeness,
    by: isOwn ? 'model' : 'rules',
  };
}

function withDefaults(palette: DesignedBrief['palette']): Palette {
  const {
    background = WITHOUT_STYLE.background,
    surface = WITHOUT_STYLE.surface,
    player = WITHOUT_STYLE.player,
    danger = WITHOUT_STYLE.danger,
    reward = WITHOUT_STYLE.reward,
    text = WITHOUT_STYLE.text,
  } = palette;
  return { background, surface, player, danger, reward, text };
}

/** Words about a subject, behind its name or before it. */
const SAID_OF_IT = /\s+(?:where|that|which|who|with|in|for|about)\b.*|^.*(?:遊べる|できる)(?=.)/giu;

/** A wish that names another game has no title of its own, unless in brackets. */
function titleIn(request: string, isLike: boolean): string | null {
  const text = request.normalize('NFKC');
  const named = NAMED.exec(text)?.[1];
  if (isLike && named === undefined) return null;
  const clauses = text.split(/[。、,.!?\n]/);
  const wish = clauses.find((clause) => clause.search(ORDER) >= 0) ?? clauses[0] ?? '';
  const subject = (named ?? wish.replace(ORDER, ' '))
    .replace(/\s+/g, ' ')
    .trim()
    .replace(named === undefined ? SAID_OF_IT : '', '')
    .replace(/^[\p{P}\s]+/u, '')
    .replace(/^(?:an?|the) /i, '');
  if (cut(subject, TITLE_CHARS) === subject) return subject || null;
  const whole = cut(subject, TITLE_CHARS + 1).replace(/\s\S*$/, '');
  return cut(whole, TITLE_CHARS);
}
