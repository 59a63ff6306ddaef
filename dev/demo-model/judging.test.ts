import { describe, expect, it } from 'vitest';
import { judgePrompt, JUDGE_SYSTEM_PROMPT } from '../../src/domain/playing/judge-prompt.js';
import { JudgeAnswer, judgingOf } from '../../src/domain/playing/judging.js';
import { stateText } from '../../src/domain/playing/playing-state.js';
import { decideNextTurn } from './conversation.js';

const checks = ['it reacts', 'it ends'];
const told = (data: Record<string, string>): string[] => [
  `touched: ${stateText({ data, words: ['the "check","unmet" of a word'], drawn: [] })}`,
];

/** What this model says to the product's own question, read as the product reads it. */
function judge(states: string[], isShown = true) {
  const text = judgePrompt({ checks, states, notes: [], language: 'en' });
  const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: '' } };
  const [block] = decideNextTurn({
    model: 'demo',
    system: JUDGE_SYSTEM_PROMPT,
    messages: [{ role: 'user', content: [...(isShown ? [image] : []), { type: 'text', text }] }],
  }).blocks;
  return judgingOf(checks, JudgeAnswer.parse(JSON.parse(block?.type === 'text' ? block.text : '')));
}
const answersOf = (judging: ReturnType<typeof judge>) =>
  judging.state === 'judged' ? judging.checks.map(({ answer }) => answer) : judging.reason;

describe('the demo model as a judge', () => {
  it('finds all checks of its own games met', () => {
    expect(answersOf(judge(told({ score: '3' })))).toEqual(['met', 'met']);
  });
  it('finds one unmet in the game to which it gave that fault', () => {
    expect(answersOf(judge(told({ check: 'unmet', score: '3' })))).toEqual(['unmet', 'met']);
  });
  it('decides nothing where it is shown nothing', () => {
    expect(answersOf(judge(told({}), false))).toEqual(['undecided', 'undecided']);
  });
});
