import { describe, expect, it } from 'vitest';
import { Setting, type SettingValues } from '../../contracts/game/settings.js';
import { patient } from '../../../test/support/patience.js';
import {
  changedSettings,
  refusedValue,
  settingsOf,
  tuningSubject,
  withSettings,
} from './game-settings.js';

const SPEED = { name: 'speed', label: 'はやさ', kind: 'number', min: 0.5, max: 2, value: 1 };
const SKY = { name: 'sky', kind: 'color', value: '#102030' };
const HARD = { name: 'hard', kind: 'boolean', value: false };
const ROUTE = { name: 'route', kind: 'choice', options: ['海', '山'], value: '海' };
const ALL = [SPEED, SKY, HARD, ROUTE];

const block = (items: unknown): string =>
  `<script type="application/json" id="settings">${JSON.stringify(items)}</script>`;
const page = (...parts: string[]): Buffer =>
  Buffer.from(`<!doctype html><body>猫 ${parts.join('')}<script>start()</script>`);
const names = (...parts: string[]): string[] => settingsOf(page(...parts)).map(({ name }) => name);

describe('settings of a game', () => {
  it('are what its block declares, in its order', () => {
    expect(settingsOf(page(block(ALL)))).toEqual(ALL);
    const sky = `[${JSON.stringify(SKY)}]`;
    for (const tag of [
      "SCRIPT id=settings  TYPE='application/json' ",
      "script id='settings' type=application/json",
    ])
      expect(names(`<${tag}>${sky}</script\n>`)).toEqual(['sky']);
  });

  it.each([
    ['no block', ''],
    ['two blocks', block(ALL) + block([SKY])],
    ['a block that is no JSON', '<script type="application/json" id="settings">{,</script>'],
    ['a block that is no list', block({ speed: 1 })],
    ['a block that holds other things', block([SPEED, null])],
    ['a block without end', '<script type="application/json" id="settings">[]'],
    ['a block in a comment', `<!-- ${block(ALL)} -->`],
    ['a block in a comment without end', `<!-- ${block(ALL)}`],
    ["a block in a script's text", `<script>x='${block(ALL).replace('</script>', '')}'</script>`],
    ['a program', block(ALL).replace('application/json', 'text/javascript')],
    ['another element', block(ALL).replace('id=', 'data-id=')],
    ['a huge block', block([{ ...SKY, note: 'x'.repeat(8_000) }, SPEED])],
  ])('%s declares nothing', (_, text) => {
    expect(names(text)).toEqual([]);
  });

  it.each<[string, object]>([
    ['a bound that is crossed', { ...SPEED, value: 3 }],
    ['bounds that are turned round', { ...SPEED, min: 2, max: 0.5 }],
    ['a bound that is missing', { name: 'speed', kind: 'number', value: 1 }],
    ['a number beyond all numbers', { ...SPEED, max: 'Infinity' }],
    ['a kind of its own', { ...SPEED, kind: 'text' }],
    ['a value of another kind', { ...HARD, value: 'yes' }],
    ['a colour by name', { ...SKY, value: 'red' }],
    ['a choice that is none', { ...ROUTE, value: '川' }],
    ['a name that is none', { ...SKY, name: 'a b' }],
    ...['__proto__', 'constructor', 'toString', 'hasOwnProperty'].map((name): [string, object] => [
      `the name ${name}`,
      { ...SKY, name },
    ]),
  ])('%s leaves that setting out alone', (_, item) => {
    expect(names(block([item, { ...HARD, name: 'other' }]))).toEqual(['other']);
  });

  it('a name that stands twice is left out, and more than twelve are not shown', () => {
    expect(names(block([SPEED, SKY, { ...HARD, name: 'speed' }]))).toEqual(['sky']);
    const many = Array.from({ length: 20 }, (_, at) => ({ ...HARD, name: `s${at}` }));
    expect(names(block(many))).toHaveLength(12);
  });

  it('are found in time that grows with the page', () => {
    const begun = performance.now();
    for (const piece of ['<script ', '<!--', '<script>', '</script>', '<script id="settings"'])
      expect(settingsOf(Buffer.from(piece.repeat(100_000)))).toEqual([]);
    expect(performance.now() - begun).toBeLessThan(patient(10_000));
  });
});

describe('values', () => {
  const settings = settingsOf(page(block(ALL)));

  it.each<[SettingValues, string | null]>([
    [{ speed: 2, sky: '#ABCDEF', hard: true, route: '山' }, null],
    [{ speed: 2.1 }, 'speed'],
    [{ speed: '1' }, 'speed'],
    [{ sky: '</script>' }, 'sky'],
    [{ hard: 0 }, 'hard'],
    [{ route: '' }, 'route'],
    [{ speed: 1, unknown: 1 }, 'unknown'],
    [JSON.parse('{"__proto__": 1}') as SettingValues, '__proto__'],
    [{ toString: 'x' }, 'toString'],
  ])('%j: the one that no setting takes is %s', (values, name) => {
    expect(refusedValue(settings, values)).toBe(name);
  });

  it('what would stay as it is, is no change', () => {
    expect(changedSettings(settings, { speed: 1, sky: '#102030' })).toEqual([]);
    expect(tuningSubject(changedSettings(settings, { speed: 1.5, hard: true }))).toBe(
      'はやさ 1 → 1.5, hard false → true',
    );
  });
});

describe('replacing', () => {
  it('changes the block alone: every other byte of the file stays', () => {
    const before = Buffer.concat([
      Buffer.from([0xef, 0xbb, 0xbf, 0xff, 0x00, 0x0d, 0x0a]),
      page(block(ALL), '<script>"é 猫 speed: 1"</script>'),
      Buffer.from([0xfe, 0x80]),
    ]);
    const after = withSettings(before, { speed: 1.5, route: '山' });
    const outside = (html: Buffer) =>
      html.toString('latin1').split(/(?<=id="settings">)[\s\S]*?(?=<\/script>)/);
    expect(outside(after)).toEqual(outside(before));
    expect(outside(after)).toHaveLength(2);
    expect(settingsOf(after)).toEqual([
      { ...SPEED, value: 1.5 },
      SKY,
      HARD,
      { ...ROUTE, value: '山' },
    ]);
    expect(withSettings(after, { speed: 1.5 })).toEqual(after);
  });

  it('keeps what the game wrote besides, also what it is not asked about', () => {
    const extra = [
      { ...SPEED, note: '大事' },
      { name: 'odd', kind: 'text', value: 'x' },
    ];
    const after = withSettings(page(block(extra)), { speed: 2, odd: 'y' }).toString();
    expect(after).toContain('"value":2,"note":"大事"');
    expect(after).toContain('{"name":"odd","kind":"text","value":"x"}');
  });

  it('no text of the block ends it', () => {
    const hostile = { ...ROUTE, options: ['海', '</script><script>alert(1)//'] };
    const before = page(
      block([hostile, HARD]).replace('</script><script>', '\\u003c/script><script>'),
    );
    const after = withSettings(before, { route: '</script><script>alert(1)//' });
    expect(after.toString().match(/<\/script>/g)).toHaveLength(2);
    expect(settingsOf(after)[0]).toMatchObject({ value: '</script><script>alert(1)//' });
  });

  it('every kind of setting that is shown can be set to what it says', () => {
    for (const setting of settingsOf(page(block(ALL))))
      expect(Setting.parse(setting).value).toBe(setting.value);
  });
});
