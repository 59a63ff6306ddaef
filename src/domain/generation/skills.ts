import type { GameBrief, Genre } from '../../contracts/game/brief.js';
import type { Dimension } from '../../contracts/base/ids.js';

/** The one plugin below `skills/`; the model program puts its name before those of its skills. */
export const SKILLS_PLUGIN = 'games';

/** What a game of a kind is made of: the skill with its scaffold, and what it needs besides. */
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

export type Skill =
  (typeof BY_GENRE)[Genre][number] | 'kit-2d' | 'kit-3d' | 'feel' | 'sound' | 'sprites';

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
 * The skills that a run gets: all that a first game needs, less for a change, and for a repair the
 * frame that every game stands in. Pure.
 */
export function skillsFor({ step, genre, dimension, hasSprites }: SkilledWork): Skill[] {
  const kits: readonly Skill[] =
    dimension === null ? ['kit-2d', 'kit-3d'] : [dimension === '3d' ? 'kit-3d' : 'kit-2d'];
  const kind: readonly Skill[] = genre === null ? [] : BY_GENRE[genre];
  switch (step) {
    case 'create':
      return [...kits, ...kind, 'feel', 'sound', ...(hasSprites ? (['sprites'] as const) : [])];
    case 'edit':
      return [...kits, ...kind.slice(0, 1), 'feel', 'sound'];
    case 'repair':
      return [...kits, 'input'];
  }
}

/** Facts of a brief that select skills. */
export function skillsOfBrief(
  brief: GameBrief | null | undefined,
): Pick<SkilledWork, 'genre' | 'hasSprites'> {
  return { genre: brief?.genre ?? null, hasSprites: (brief?.sprites.length ?? 0) > 0 };
}

const HOW: Readonly<Record<SkillStep, string>> = {
  create:
    'Before you write, open all of them with the Skill tool in one turn. The folder of game-… has' +
    ' scaffold.html, a small complete game: read it, then write your own with another goal, ' +
    'figures and levels. Where the request or the design says otherwise, they win.',
  edit: 'Open with the Skill tool those that this change needs, in one turn; maybe it needs none.',
  repair: 'Open with the Skill tool those that say how what was found is done right.',
};

/** The list of skills in the model's rules; '' where there are none. */
export function skillRules(skills: readonly Skill[], step: SkillStep): string {
  if (skills.length === 0) return '';
  const names = skills.map((name) => `${SKILLS_PLUGIN}:${name}`).join(', ');
  return `\n# Skills\n${names}. ${HOW[step]}`;
}
