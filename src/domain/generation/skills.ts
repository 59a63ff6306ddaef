import type { GameBrief, Genre } from '../../contracts/game/brief.js';
import type { Dimension } from '../../contracts/base/ids.js';
import type { PastFile } from '../../contracts/execution/runner.js';
import { PAGE_NOW } from './past-prompt.js';

/** The model program puts the name of a plugin before those of its skills. */
export const SKILLS_PLUGIN = 'games';
/** The one skill of a run: all its pages, read in one call. */
export const RUN_SKILL = 'make';

/** What a game of a kind is made of: the page with an example, and what it needs besides. */
const BY_GENRE = {
  action: ['game-action', 'input', 'physics'],
  catch: ['game-action', 'input', 'physics'],
  maze: ['game-action', 'input', 'ai'],
  shooter: ['game-shooter', 'input', 'ai'],
  runner: ['game-runner', 'input', 'physics'],
  puzzle: ['game-puzzle', 'input', 'ui'],
  board: ['game-puzzle', 'ai', 'ui'],
  rhythm: ['game-rhythm', 'input', 'ui'],
  tap: ['game-rhythm', 'input', 'ui'],
  idle: ['game-idle', 'ui'],
  quiz: ['game-quiz', 'ui'],
  rpg: ['game-rpg', 'ai', 'ui'],
  novel: ['game-novel', 'ui'],
  race: ['game-race', 'input', 'physics'],
  defence: ['game-defence', 'ai', 'ui'],
} as const satisfies Readonly<Record<Genre, readonly string[]>>;

type Page = (typeof BY_GENRE)[Genre][number] | 'kit-2d' | 'kit-3d' | 'feel' | 'sound' | 'sprites';
/** A page of `skills/<name>.md`, or the small complete game `skills/<name>.html`. */
export type Skill = Page | `${(typeof BY_GENRE)[Genre][0] | 'kit-3d'}-example`;

export type SkillStep = 'create' | 'edit' | 'repair';

export interface SkilledWork {
  readonly step: SkillStep;
  /** Null = the kind of game is unknown. */
  readonly genre: Genre | null;
  /** Null = as the game has it. */
  readonly dimension: Dimension | null;
  readonly hasSprites: boolean;
}

/**
 * The pages that a run gets, what most games share first: all that a first game needs and an
 * example, less for a change, and for a repair the frame that every game stands in. Pure.
 */
export function skillsFor({ step, genre, dimension, hasSprites }: SkilledWork): Skill[] {
  const kits: readonly Skill[] =
    dimension === null ? ['kit-2d', 'kit-3d'] : [dimension === '3d' ? 'kit-3d' : 'kit-2d'];
  const kind: readonly Page[] = genre === null ? [] : BY_GENRE[genre];
  const sprites: readonly Skill[] = hasSprites ? ['sprites'] : [];
  switch (step) {
    case 'create':
      return [...kits, 'feel', 'sound', ...sprites, ...kind, ...exampleOf(genre, dimension)];
    case 'edit':
      return [...kits, 'feel', 'sound', ...kind.slice(0, 1)];
    case 'repair':
      return [...kits, 'input'];
  }
}

function exampleOf(genre: Genre | null, dimension: Dimension | null): Skill[] {
  if (dimension === '3d') return ['kit-3d-example'];
  return genre === null ? [] : [`${BY_GENRE[genre][0]}-example`];
}

const KIT = /\/vendor\/kit@[\d.]+\/([23]d)\.js/;

/** The dimension of a game by the kit that its page loads; null = it stands on none. */
export function dimensionOf(past: readonly PastFile[]): Dimension | null {
  const page = past.find(({ name }) => name === PAGE_NOW);
  const kit = KIT.exec(page?.content ?? '')?.[1];
  return kit === '2d' || kit === '3d' ? kit : null;
}

/** Facts of a brief that select skills. */
export function skillsOfBrief(
  brief: GameBrief | null | undefined,
): Pick<SkilledWork, 'genre' | 'hasSprites'> {
  return { genre: brief?.genre ?? null, hasSprites: (brief?.sprites.length ?? 0) > 0 };
}

const OPEN = `open the skill ${SKILLS_PLUGIN}:${RUN_SKILL} with the Skill tool`;
const HOW: Readonly<Record<SkillStep, string>> = {
  create:
    `Before you write, ${OPEN}, once: it has all these pages. Where it ends with a small complete` +
    ' game, write your own with another goal, figures and levels. Where the request or the design' +
    ' says otherwise, they win.',
  edit: `If this change needs one of them, ${OPEN}, once: it has all these pages.`,
  repair: `To see how what was found is done right, ${OPEN}, once.`,
};

/** Rules about the pages of the model's skill; '' where there are none. */
export function skillRules(skills: readonly Skill[], step: SkillStep): string {
  return skills.length === 0 ? '' : `\n# Skill\n${skills.join(', ')}. ${HOW[step]}`;
}
