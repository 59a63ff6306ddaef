import { describe, expect, it } from 'vitest';
import { softFindings, type Layout } from './playing-notes.js';
import { stateText } from './playing-state.js';

const layout = (more: Partial<Layout> = {}): Layout => ({
  small: [],
  cut: [],
  targets: [],
  overlaps: [],
  buttons: 0,
  ...more,
});
const scores = (...all: string[]): string[] =>
  all.map((score) => stateText({ data: { score }, words: [], drawn: [] }));
type Given = Parameters<typeof softFindings>[0];
const fine: Given = {
  states: scores('0', '10'),
  overAtMs: null,
  endedAtMs: 20_000,
  layouts: [layout(), layout(), layout()],
  otherScreen: { before: layout(), after: layout(), ink: 5_000 },
  turned: null,
  emptyShare: 0.2,
  frameCpuMs: 4,
};
const cut = [layout({ cut: ['HP 3'] }), layout({ cut: ['HP 3', '+5'] }), layout({ cut: ['HP 3'] })];
const other = (before: Partial<Layout>, after: Partial<Layout>, ink = 5_000): Partial<Given> => ({
  otherScreen: { before: layout(before), after: layout(after), ink },
});

describe('what a play notes beside its verdict (J2)', () => {
  it.each<[string, Partial<Given>, [code: string, evidence: string][]]>([
    ['nothing of a fine game', {}, []],
    ['a score that stays', { states: scores('0', '0') }, [['still-score', 'score: 0']]],
    ['no score', { states: [stateText({ data: {}, words: [], drawn: [] })] }, []],
    ['a score that had no time', { states: scores('0', '0'), overAtMs: 900 }, []],
    [
      'words too small, each once',
      { layouts: [layout({ small: ['HP'] }), layout({ small: ['HP', 'x'] })] },
      [['small-text', '"HP", "x"']],
    ],
    ['words cut all the time, not in passing', { layouts: cut }, [['cut-text', '"HP 3"']]],
    [
      'words over each other all the time, not in passing',
      { layouts: Array(3).fill(layout({ overlaps: ['HP | SCORE'] })) },
      [['overlap', '"HP | SCORE"']],
    ],
    [
      'words over each other in passing',
      { layouts: [layout({ overlaps: ['HP | +5'] }), layout(), layout()] },
      [],
    ],
    ['half a screen', { emptyShare: 0.5 }, [['half-empty', '50 % of the screen']]],
    ['small buttons', { layouts: [layout({ targets: ['?'] })] }, [['small-targets', '"?"']]],
    [
      'words cut on a small screen',
      other({}, { cut: ['a'] }),
      [['other-screen', 'cut there: "a"']],
    ],
    ['words cut on both', other({ cut: ['a'] }, { cut: ['a'] }), []],
    [
      'buttons out of sight on a small screen',
      other({ buttons: 3 }, { buttons: 1 }),
      [['other-screen', '2 of 3 buttons are out of sight there']],
    ],
    ['an empty small screen', other({}, {}, 10), [['other-screen', 'nothing is to be seen there']]],
    [
      'an empty screen on its side',
      { turned: { before: layout(), after: layout(), ink: 10 } },
      [['turned', 'nothing is to be seen there']],
    ],
    ['heavy frames', { frameCpuMs: 31.4 }, [['slow-frames', '31 ms']]],
    ['a run that ended early', { otherScreen: null, frameCpuMs: null, layouts: [] }, []],
  ])('%s', (_name, more, found) => {
    const told = softFindings({ ...fine, ...more });
    expect(told.map(({ code, evidence }) => [code, evidence])).toEqual(found);
  });
});
