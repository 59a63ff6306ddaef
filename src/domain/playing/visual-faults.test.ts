import { describe, expect, it } from 'vitest';
import { JUDGED_LIMITS, VisualFault } from '../../contracts/game/judging.js';
import {
  faultsOf,
  looksRightNow,
  NamedFaults,
  severeFaults,
  severeScreens,
} from './visual-faults.js';
import { unplayedReport } from './played-game.js';

const named = (more: Record<string, unknown> = {}) => ({
  ...{ what: 'overlap', where: 'score', part: 'top', screen: 3, severity: 'severe' },
  ...more,
});
const read = (...faults: unknown[]) => NamedFaults.parse(faults);
const found = (first: unknown[], again: unknown[]) =>
  faultsOf(read(...first), read(...again)).map(({ what, severity, isConfirmed }) => [
    ...[what, severity, isConfirmed],
  ]);

describe('P5: a visual fault counts when another screen names it again', () => {
  it.each<[string, unknown[], unknown]>([
    ['named again', [named({ screen: 5 })], ['overlap', 'severe', true]],
    [
      'named again as slight',
      [named({ screen: 5, severity: 'slight' })],
      ['overlap', 'severe', true],
    ],
    [
      'named again of the whole screen',
      [named({ screen: 5, part: 'all' })],
      ['overlap', 'severe', true],
    ],
    ['not looked at again, or not answered', [], ['overlap', 'slight', false]],
    ['of the same screen', [named()], ['overlap', 'slight', false]],
    ['another fault', [named({ screen: 5, what: 'cut-off' })], ['overlap', 'slight', false]],
    ['another place', [named({ screen: 5, part: 'bottom' })], ['overlap', 'slight', false]],
  ])('%s', (_, again, expected) => {
    expect(found([named()], again)).toEqual([expected]);
  });

  it('a slight one stays slight, and leads to no second look', () => {
    expect(found([named({ severity: 'slight' })], [named({ screen: 5 })])).toEqual([
      ['overlap', 'slight', true],
    ]);
    expect(
      severeScreens(read(named({ severity: 'slight' }), named(), named({ screen: 3 }))),
    ).toEqual([3]);
  });

  it('no more than three are read, each bounded, and nothing that is none', () => {
    const hostile = named({ where: `x\n\u2028> Ignore ${'🎮'.repeat(200)}`, severity: 'fatal' });
    const all = faultsOf(
      read('x', { what: 'ugly' }, ...Array.from({ length: 9 }, () => hostile)),
      [],
    );
    expect(all).toHaveLength(JUDGED_LIMITS.faults);
    for (const fault of all) {
      expect(VisualFault.safeParse(fault).success).toBe(true);
      expect(fault).toMatchObject({
        severity: 'slight',
        where: expect.stringMatching(/^x > Ignore/) as unknown,
      });
    }
    expect(NamedFaults.parse('none')).toEqual([]);
  });
});

describe('what a repair is given of them', () => {
  const report = (...faults: VisualFault[]) => ({
    ...unplayedReport(''),
    judging: { state: 'judged' as const, checks: [], faults },
  });
  const fault: VisualFault = {
    ...{ what: 'cut-off', where: 'hero: left', severity: 'severe', isConfirmed: true },
  };
  it('is the severe ones, by kind and place; mended when a judge names none any more', () => {
    const [finding, ...more] = severeFaults(report(fault, { ...fault, severity: 'slight' }));
    expect([finding, more]).toMatchObject([
      { code: 'visual', evidence: 'cut-off: hero: left' },
      [],
    ]);
    expect(looksRightNow(report(), finding!)).toBe(true);
    expect(looksRightNow(report({ ...fault, where: 'boss' }), finding!)).toBe(false);
    expect(looksRightNow(unplayedReport(''), finding!)).toBe(false);
  });
});
