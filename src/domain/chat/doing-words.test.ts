import { describe, expect, it } from 'vitest';
import type { Doing } from '../../contracts/messages/doing.js';
import type { MessageCode } from '../../contracts/messages/message.js';
import { doingSentence } from './doing-words.js';

const row = { status: 'processing', progress_code: 'STEP_WORKING' } as const;
const write = { turn: 3, tool: 'Write', file: 'index.html', bytes: 8_200 };
const said = (doing: Partial<Doing>) => doingSentence({ ...row, doing: { ...write, ...doing } });

describe('what a running job does, for operators', () => {
  it('names file, size and turn', () => {
    expect(said({})).toBe('writing index.html, 8 KB, turn 3');
    expect(said({ bytes: 900 })).toBe('writing index.html, 900 bytes, turn 3');
    expect(said({ tool: 'Edit', file: 'js/game.js', bytes: 0 })).toBe(
      'changing js/game.js, turn 3',
    );
    expect(said({ tool: 'Task', bytes: 0 })).toBe('using Task index.html, turn 3');
    expect(said({ tool: null, file: null, bytes: 0 })).toBe('thinking, turn 3');
  });

  it('shows a name of the model as one short line', () => {
    expect(said({ file: 'a\u001b[2J\n\u202eb.html', bytes: 0 })).toBe(
      'writing a [2J b.html, turn 3',
    );
    expect(said({ file: 'x'.repeat(200), bytes: 0 })).toBe(`writing ${'x'.repeat(80)}…, turn 3`);
  });

  it('tells of the step while no model tells of itself, and of nothing after the end', () => {
    const step = (code: MessageCode) => doingSentence({ ...row, progress_code: code, doing: null });
    expect(step('STEP_TESTING')).toBe('checking the files');
    expect(step('STEP_PLAYING')).toBe('playing');
    expect(doingSentence({ ...row, progress_code: null, doing: null })).toBeNull();
    expect(doingSentence({ ...row, status: 'completed', doing: write })).toBeNull();
    expect(doingSentence({ ...row, status: 'pending', doing: write })).toBeNull();
  });
});
