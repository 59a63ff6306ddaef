import { describe, expect, it } from 'vitest';
import { changedShare, isChanged, isKept, isWithin, type Change } from './edits.js';

const SETTINGS =
  '<script type="application/json" id="settings">[{"name": "speed", "kind": "number", ' +
  '"min": 0, "max": 2, "value": 1}]</script>';
const lines = Array.from({ length: 100 }, (_, at) => `const line${at} = ${at};`);
const BEFORE = [
  '<title>Cat Rain</title>',
  SETTINGS,
  "const enemyColor = '#22c55e';",
  'const enemySpeed = 120;',
  ...lines,
].join('\n');
const pages = (change: (page: string) => string, earlier: string | null = null) => ({
  earlier,
  before: BEFORE,
  after: change(BEFORE),
});
const put = (from: string, to: string) => pages((page) => page.replace(from, to));
const change = (kind: Change['kind'], what = ''): Change => ({ kind, what });

describe('what an edit has changed', () => {
  it('is the share of lines that are others now', () => {
    expect(changedShare(pages((page) => page))).toBe(0);
    expect(changedShare(put('120', '160'))).toBeCloseTo(1 / 104);
    expect(changedShare(pages((page) => `${page}\nnew\nlines`))).toBeCloseTo(2 / 106);
    expect(changedShare(pages(() => 'another page'))).toBe(1);
  });

  it('is within the scope of a value, of a part, or of neither', () => {
    const some = (count: number) =>
      pages((page) =>
        page.replaceAll(/line(\d+) = /g, (found, at) => (at < count ? 'x = ' : found)),
      );
    expect(isWithin(put('120', '160'), 'value')).toBe(true);
    expect([isWithin(some(30), 'value'), isWithin(some(30), 'part')]).toEqual([false, true]);
    expect([isWithin(some(90), 'part'), isWithin(some(90), 'whole')]).toEqual([false, true]);
  });

  it('keeps the title and the settings that nobody spoke of', () => {
    expect(isKept(put('120', '160'), ['title', 'settings'])).toBe(true);
    expect(isKept(put('Cat Rain', 'Dog Rain'), ['settings'])).toBe(true);
    expect(isKept(put('Cat Rain', 'Dog Rain'), ['title'])).toBe(false);
    expect(isKept(put(SETTINGS, ''), ['settings'])).toBe(false);
  });
});

describe('what was asked of an edit', () => {
  it.each([
    ['a colour as hex', '#22c55e', '#2563eb', 'blue', true],
    ['a short hex', '#22c55e', '#00f', 'blue', true],
    ['a name', '#22c55e', 'blue', 'blue', true],
    ['hsl()', '#22c55e', 'hsl(220, 90%, 50%)', 'blue', true],
    ['a number of three.js', "'#22c55e'", '0x2563eb', 'blue', true],
    ['another colour', '#22c55e', '#ef4444', 'blue', false],
    ['white', '#22c55e', '#f8fafc', 'white', true],
    ['brown', '#22c55e', '#92400e', 'brown', true],
    ['pink', '#22c55e', '#ec4899', 'pink', true],
    ['purple', '#22c55e', '#8b5cf6', 'purple', true],
    ['yellow', '#22c55e', '#facc15', 'yellow', true],
  ])('is there as %s', (_, from, to, name, expected) => {
    expect(isChanged(put(from, to), change('colour', name))).toBe(expected);
  });

  it('is a number beside these words, and no other', () => {
    expect(isChanged(put('120', '160'), change('number', 'speed|pace'))).toBe(true);
    expect(isChanged(put('line7 = 7', 'line7 = 8'), change('number', 'speed|pace'))).toBe(false);
  });

  it('is a title, or words that were not there so often', () => {
    expect(isChanged(put('Cat', 'Dog'), change('title', 'Dog Rain'))).toBe(true);
    expect(isChanged(put('120', '160'), change('title', 'Cat Rain!'))).toBe(false);
    expect(isChanged(put('line7', 'pauseButton'), change('adds', 'pause'))).toBe(true);
    expect(isChanged(put('120', '160'), change('adds', 'pause'))).toBe(false);
  });

  it('is nothing at all, anything, or the version before', () => {
    expect(isChanged(put('', ''), change('nothing'))).toBe(true);
    expect(isChanged(put('120', '1'), change('nothing'))).toBe(false);
    expect([
      isChanged(put('', ''), change('any')),
      isChanged(put('1', '2'), change('any')),
    ]).toEqual([false, true]);
    expect(
      isChanged(
        pages(() => 'old', 'old'),
        change('back'),
      ),
    ).toBe(true);
    expect(
      isChanged(
        pages(() => 'new', 'old'),
        change('back'),
      ),
    ).toBe(false);
  });
});
