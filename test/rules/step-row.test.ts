import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../../src/config.js';
import { STEPS, type Step } from '../../src/contracts/messages/steps.js';

const { stepStates, STEPS: SHOWN } = (await import(
  String(pathToFileURL(path.join(PROJECT_ROOT, 'public', 'js', 'editor', 'step-states.js')))
)) as { STEPS: string[]; stepStates: (been: readonly Step[], isOver?: boolean) => string[] };

describe('the row of steps', () => {
  it('shows the steps of the contract', () => {
    expect(SHOWN).toEqual(STEPS);
  });

  it.each([
    [[], ['now', 'todo', 'todo', 'todo', 'todo', 'todo']],
    [
      ['think', 'design'],
      ['done', 'now', 'todo', 'todo', 'todo', 'todo'],
    ],
    [
      ['think', 'make'],
      ['done', 'left', 'now', 'todo', 'todo', 'todo'],
    ],
    [
      ['think', 'make', 'play', 'repair'],
      ['done', 'left', 'done', 'done', 'now', 'todo'],
    ],
    [
      ['think', 'make', 'play', 'repair', 'play'],
      ['done', 'left', 'done', 'now', 'done', 'todo'],
    ],
    [
      ['think', 'make', 'play', 'save'],
      ['done', 'left', 'done', 'done', 'left', 'now'],
    ],
  ] as const)('of %j', (been, states) => {
    expect(stepStates(been)).toEqual(states);
  });

  it('has no present step at the end', () => {
    expect(stepStates(['think', 'make', 'save'], true)).toEqual([
      ...['done', 'left', 'done', 'left', 'left', 'done'],
    ]);
  });
});
