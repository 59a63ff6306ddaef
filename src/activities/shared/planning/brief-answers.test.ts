import { expect, it } from 'vitest';
import { DesignedBrief, GameBrief } from '../../../contracts/game/brief.js';
import { briefByModel } from '../../../domain/design/brief-by-rules.js';
import { readJson } from './ask-model.js';

const DESIGNED = {
  title: 'Moon garden',
  genre: 'idle',
  pitch: 'A cozy garden on the moon, in which you water plants and hire robots.',
  controls: 'Tap a plant to water it.',
  win: 'Fill the dome.',
  lose: 'It cannot be lost.',
  ends: 'endless',
  feel: 'Soft pops, and light that lingers.',
  palette: {
    background: '#101820',
    surface: '#203040',
    player: '#40c0f0',
    danger: '#f04060',
    reward: '#ffd060',
    text: '#f8f8f8',
  },
  sprites: [{ name: 'robot', draws: 'a round robot', fallback: 'two circles' }],
  checks: ['a tap waters a plant', 'the counter rises', 'a robot can be hired'],
  likeness: null,
};
const WISH = { request: 'a garden', dimension: '2d', styleId: null, language: 'en' } as const;
const TEXT = JSON.stringify(DESIGNED, null, 2);

/** As models have answered, and do. */
const BY_HAND: Readonly<Record<string, string>> = {
  'a fence': `\`\`\`json\n${TEXT}\n\`\`\``,
  'words around it': `Here is the design:\n${TEXT}\nEnjoy {it}!`,
  'an end that never came': TEXT.slice(0, 300),
  'an end in the middle of the checks': TEXT.slice(0, TEXT.indexOf('counter')),
  'a comma too many': TEXT.replace('"likeness": null', '"likeness": null,'),
  'no comma': TEXT.replace('garden",\n', 'garden"\n'),
  'the quotes of a script': TEXT.replaceAll('"', "'"),
  'names without quotes': TEXT.replaceAll(/"(\w+)":/g, '$1:'),
  'a remark': TEXT.replace('"genre"', '// the kind\n  "genre"'),
  'a line break in a string': TEXT.replace('plants and', 'plants\nand'),
  'curly quotes inside': TEXT.replace('cozy', '“cozy”'),
  'a quote that is not escaped': TEXT.replace('cozy garden', '"cozy" garden'),
};

/** One damage of many; `turn` chooses it and its place. */
function damaged(turn: number): string {
  const names = Object.keys(DESIGNED);
  const name = names[turn % names.length] ?? '';
  const values = [undefined, null, 7, [], {}, 'x'.repeat(5_000), ['a', 1], '', '\u0000\ud800'];
  const value = values[Math.floor(turn / names.length) % values.length];
  const odd = JSON.stringify({ ...DESIGNED, [name]: value });
  return turn % 3 === 0 ? odd.slice(0, 80 + ((turn * 37) % odd.length)) : odd;
}

const answers = [
  ...Object.entries(BY_HAND),
  ...Array.from({ length: 200 }, (_, turn) => [`damage ${turn}`, damaged(turn)] as const),
];

it(`a brief is read of each of ${answers.length} odd answers`, () => {
  for (const [name, text] of answers) {
    const { value } = readJson(text, DesignedBrief);
    expect(value, name).not.toBeNull();
    const brief = value && briefByModel(value, WISH);
    expect(GameBrief.parse(brief), name).toEqual(brief);
  }
});

it('is as good as it was, where only its clothes are odd', () => {
  const clothes = ['a fence', 'words around it', 'a comma too many', 'names without quotes'];
  for (const name of clothes)
    expect(readJson(BY_HAND[name] ?? '', DesignedBrief).value, name).toEqual(DESIGNED);
});
