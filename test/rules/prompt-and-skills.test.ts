import { describe, expect, it } from 'vitest';
import { readSkillFiles } from '../../src/activities/runner-input/skill-files.js';
import { Language } from '../../src/contracts/base/language.js';
import { spritePath } from '../../src/contracts/game/brief.js';
import { spritesBlock } from '../../src/domain/design/sprite-prompt.js';
import { KIT_VERSION, VENDORED_LIBRARIES } from '../../src/domain/game/vendored-libraries.js';
import { playRules, systemPrompt } from '../../src/domain/generation/generation-prompt.js';
import { skillRules, skillsFor } from '../../src/domain/generation/skills.js';
import { readText } from './files.js';

const files = await readSkillFiles();
const work = { step: 'create', genre: 'runner', dimension: '2d', hasSprites: true } as const;
const PROMPTS = Language.options.flatMap((language) => [
  ...[true, false].map((isNew) => systemPrompt(isNew, language)),
  skillRules(skillsFor(work), 'create'),
  playRules(3),
  spritesBlock(['fox']).replace('images/fox', 'images/<name>'),
]);
const pages = Object.entries(files).filter(([name]) => name.endsWith('.md'));
const texts: (readonly [string, string])[] = [
  ...PROMPTS.map((text) => ['the prompt', text] as const),
  ...Object.entries(files),
];
const three = VENDORED_LIBRARIES.find(({ name }) => name === 'three')?.version;

/** What several texts say, how each says it, and what it is. */
const FACTS: readonly (readonly [string, RegExp, string])[] = [
  ['the screen', /\b(\d{3} ?x ?\d{3})\b/g, '390 x 844'],
  ['the kit', /\/vendor\/kit@([\d.]+\d)/g, KIT_VERSION],
  ['three.js', /three(?:@|\.js )(\d[\d.]*\d)/g, String(three)],
  ['the field of view', /field of view (\d+)/gi, '60'],
  ['the longest frame', /1\/(\d+) s\b/g, '30'],
  ['how long a hit keeps from the next', /(\d\.\d) s (?:of safety|without another)/g, '1.2'],
  ['images of figures', /\b((?:assets|images)\/<name>\.\w+)/g, spritePath('<name>')],
  ['the smallest button', /buttons? at least (\d+)/gi, '48'],
];

describe('the prompt and the skills', () => {
  it.each(FACTS)('say the same of %s', (_, pattern, fact) => {
    const said = texts.flatMap(([name, text]) =>
      [...text.matchAll(pattern)].map(([, value]) => ({ name, value })),
    );
    expect(said.length).toBeGreaterThan(1);
    expect(said.filter(({ value }) => value !== fact)).toEqual([]);
  });

  it('call no text of theirs untouchable: the words of a game are in its language', () => {
    for (const [name, text] of pages) expect(text, name).not.toMatch(/keep (it|this) as it is/i);
    const end = /END_WORDS[^]*?\}\);/.exec(readText('kit/round.ts'))?.[0] ?? '';
    for (const language of Language.options) expect(end).toMatch(new RegExp(`\\b${language}: \\{`));
    expect(files['kit-2d.md']).toContain('`<html lang>` names the language of the game');
  });

  it('ask for several fingers, never for one alone', () => {
    for (const [name, text] of texts) expect(text, name).not.toMatch(/\b(one|single) finger\b/i);
    expect(PROMPTS[0]).toContain('several fingers');
    expect(files['kit-2d.md']).toContain('for each finger of several');
  });

  it('let a game end as its design says: a novel cannot be lost', () => {
    const lost = /\b(?:every|each|all) games? (?:can|must|has to) be lost\b(?! or finished, but)/i;
    for (const [name, text] of texts) expect(text, name).not.toMatch(lost);
  });

  it('begin alike for every run, so that providers keep what prompts share', () => {
    const all = Language.options.flatMap((language) =>
      [true, false].map((isNew) => systemPrompt(isNew, language)),
    );
    const [first = ''] = all;
    const shared = [...first].findIndex((_, at) => all.some((each) => each[at] !== first[at]));
    expect(shared).toBeGreaterThan(0.6 * first.length);
    const [mine = '', other = ''] = (['runner', 'novel'] as const).map((genre) =>
      skillsFor({ ...work, genre }).join(),
    );
    expect(mine.startsWith('kit-2d,feel,sound')).toBe(true);
    expect(other.startsWith('kit-2d,feel,sound')).toBe(true);
  });
});
