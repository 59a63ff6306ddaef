import { describe, expect, it } from 'vitest';
import type { Manifest } from './folder.js';
import { chooseBackups } from './restore-plan.js';
import { follows, segmentsBetween } from './wal-names.js';

const at = (minute: number): string => `2026-11-30T09:${String(minute).padStart(2, '0')}:00.000Z`;
const segment = (number: number, timeline = 1): string =>
  [timeline, 0, number].map((part) => part.toString(16).padStart(8, '0').toUpperCase()).join('');

function backup(minute: number, timeline = 1): Manifest {
  return {
    id: String(minute),
    at: at(minute),
    database: '1',
    base: 'b',
    walFrom: segment(1, timeline),
    walTo: segment(minute, timeline),
    hasWorkflows: true,
    objects: 0,
  };
}

describe('a restore takes', () => {
  const all = [backup(5), backup(10), backup(15)];
  const chosen = (minute: number | null, of = all) => {
    const { backup: own, last } = chooseBackups(
      of,
      all,
      minute === null ? null : new Date(at(minute)),
    );
    return [own.id, last.id];
  };

  it('the newest backup where no moment is wanted', () => {
    expect(chosen(null)).toEqual(['15', '15']);
  });

  it('of a moment the workflows from before, and the log of the backup after', () => {
    expect(chosen(12)).toEqual(['10', '15']);
    expect(chosen(10)).toEqual(['10', '10']);
  });

  it('no log of a time line that a restore has left', () => {
    const restored = [backup(5), backup(10), backup(20, 2)];
    expect(() => chooseBackups(restored, restored, new Date(at(12)))).toThrow('is not kept');
  });

  it.each([1, 16])('nothing that is not kept (minute %i)', (minute) => {
    expect(() => chosen(minute)).toThrow(`is not kept: there is ${at(5)} to ${at(15)}`);
  });
});

describe('the log of changes', () => {
  it('is whole when each segment is there, over the end of a middle number', () => {
    const names = [
      '0000000100000000000000FE',
      '0000000100000000000000FF',
      '000000010000000100000000',
    ];
    const [first = '', , last = ''] = names;
    expect(segmentsBetween([...names, segment(1, 2)], first, last)).toEqual({
      names,
      isWhole: true,
    });
    expect(segmentsBetween([first, last], first, last).isWhole).toBe(false);
  });

  it('goes on with the next segment, or one that is known, of the same time line', () => {
    expect(follows(segment(3), segment(4))).toBe(true);
    expect(follows(segment(3), segment(2))).toBe(true);
    expect(follows(segment(3), segment(5))).toBe(false);
    expect(follows(segment(3), segment(4, 2))).toBe(false);
  });
});
