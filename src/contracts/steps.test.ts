import { describe, expect, it } from 'vitest';
import { SENTENCES, sentence, type SentenceCode } from './sentences.js';
import { stepOf, stepOfAttempt } from './steps.js';

/** Told at no place of the row: the place in the queue, and what an answer ends with. */
const OF_NO_STEP = ['STEP_WAITING', 'STEP_NOT_BEGUN', 'STEP_ANSWERED', 'STEP_RESTORE_ASKED'];

describe('the step that a progress message is about', () => {
  it('is known of every sentence of a job, whatever its places hold', () => {
    const codes = Object.keys(SENTENCES).filter((code) => code.startsWith('STEP_'));
    const places = { file: 'index.html', position: '3' };
    const without = codes.filter((code) => stepOf(sentence(code as SentenceCode, places)) === null);
    expect(without).toEqual(OF_NO_STEP);
    expect(stepOf(sentence('STEP_WRITING_FILE', { file: 'a.js' }))).toBe('make');
  });

  it.each([null, '', 'ファイル適用完了'])('is unknown of %j', (message) => {
    expect(stepOf(message)).toBeNull();
  });

  it('is the repair for what is made from its first attempt on, and for nothing else', () => {
    const writing = sentence('STEP_WRITING');
    expect(stepOfAttempt(writing, 2, null)).toBe('make');
    expect(stepOfAttempt(writing, 1, 2)).toBe('make');
    expect(stepOfAttempt(writing, 2, 2)).toBe('repair');
    expect(stepOfAttempt(sentence('STEP_PLAYING_AGAIN'), 3, 2)).toBe('play');
  });
});
