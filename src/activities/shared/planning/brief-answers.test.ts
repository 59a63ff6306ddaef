import { expect, it } from 'vitest';
import { DesignedBrief, GameBrief } from '../../../contracts/game/brief.js';
import { briefByModel } from '../../../domain/design/brief-by-rules.js';
import { chanceOf } from '../../../game-page/chance.js';
import { readJson } from './ask-model.js';

const COUNT = 200;
const chance = chanceOf(31);
const oneOf = <T>(values: readonly T[]): T =>
  values[Math.floor(chance() * values.length)] ?? (values[0] as T);
const wish = { request: '庭', dimension: null, styleId: null, language: 'ja' } as const;

const SENTENCES = [
  '猫が屋根を跳ぶ',
  'Water the beds and call the butterflies',
  `a cosy idle garden with ${'one more bed and '.repeat(40)}a bee`,
  '星を集める'.repeat(80),
  'line one\nline two\ttabbed',
  'quotes "inside" and {braces}',
  '👩‍👩‍👧 family 🎮 \u{1F3F4}',
  'lone \uD83D half',
  'zero\u0000byte',
];
const checks = (): unknown =>
  oneOf<unknown>([
    ['it jumps', 'it falls', 'points rise'],
    Array.from({ length: 12 }, () => oneOf(SENTENCES)),
    [oneOf(SENTENCES), 7, null, { check: 'x' }],
    [`${'long '.repeat(90)}check`],
  ]);
/** What models put in the place of what was asked for. */
const odd = (): unknown =>
  oneOf<unknown>([
    null,
    3,
    true,
    [],
    {},
    '',
    '   ',
    ['tap', 'swipe'],
    { en: 'tap' },
    oneOf(SENTENCES),
  ]);

function answer(): string {
  const brief: Record<string, unknown> = {
    title: oneOf(SENTENCES),
    genre: oneOf(['idle', 'Idle', 'gardening', 'runner', null]),
    ...{ pitch: oneOf(SENTENCES), controls: odd(), win: odd(), lose: odd(), feel: odd() },
    ends: oneOf(['endless', 'never', 'lost', 'two', 1]),
    palette: oneOf<unknown>([{ background: '#ABCDEF', text: 'red' }, 'blue', null, ['#fff']]),
    sprites: oneOf<unknown>([[], null, [{ name: '../x' }], Array(9).fill({ name: 'cat' })]),
    checks: checks(),
    likeness: odd(),
    ...(chance() < 0.3 && { notes: { deep: [1, { er: 'x' }] }, __proto__x: 1 }),
  };
  for (const name of ['controls', 'lose', 'palette', 'sprites', 'likeness'])
    if (chance() < 0.2) delete brief[name];
  return wrapped(JSON.stringify(brief, null, chance() < 0.5 ? 2 : 0));
}

/** As they come: in a fence, between words, with a comma too many, or without their end. */
function wrapped(json: string): string {
  const cut = json.slice(0, -1 - Math.floor(chance() * 12));
  return oneOf([
    json,
    json,
    `\`\`\`json\n${json}\n\`\`\``,
    `Here is the design {as asked}:\n${json}\nHave fun :} !`,
    json.replace(/\}$/, ',}'),
    `${cut}`,
  ]);
}

it(`of ${COUNT} briefs of small models none is lost: each is whole, with its own checks`, () => {
  const lost: string[] = [];
  for (let at = 0; at < COUNT; at += 1) {
    const text = answer();
    const { value } = readJson(text, DesignedBrief);
    const brief = value && briefByModel(value, wish);
    if (brief?.by !== 'model') lost.push(text);
    else expect(GameBrief.parse(JSON.parse(JSON.stringify(brief)))).toEqual(brief);
  }
  expect(lost).toEqual([]);
});
