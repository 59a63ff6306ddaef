import { describe, expect, it } from 'vitest';
import { ja, type MessageCode } from './ja.js';
import { message } from './message.js';
import { stepOf, stepOfAttempt } from './steps.js';

/** Messages of no step: the place in the queue, and the end of an answer. */
const OF_NO_STEP = ['STEP_WAITING', 'STEP_NOT_BEGUN', 'STEP_ANSWERED', 'STEP_RESTORE_ASKED'];

describe('the step that a progress message is about', () => {
  it('is known of every progress message', () => {
    const codes = Object.keys(ja.said).filter((code) => code.startsWith('STEP_'));
    const without = codes.filter((code) => !stepOf({ code: code as MessageCode, params: {} }));
    expect(without).toEqual(OF_NO_STEP);
    expect(stepOf(message('STEP_WRITING_FILE', { file: 'a.js' }))).toBe('make');
  });

  it('N1: is never read from text', () => {
    expect(stepOf(null)).toBeNull();
    expect(stepOf({ text: 'コードを書いています' })).toBeNull();
  });

  it('is the repair for what is made from its first attempt on, and for nothing else', () => {
    const writing = message('STEP_WRITING');
    expect(stepOfAttempt(writing, 2, null)).toBe('make');
    expect(stepOfAttempt(writing, 1, 2)).toBe('make');
    expect(stepOfAttempt(writing, 2, 2)).toBe('repair');
    expect(stepOfAttempt(message('STEP_PLAYING_AGAIN'), 3, 2)).toBe('play');
  });
});
