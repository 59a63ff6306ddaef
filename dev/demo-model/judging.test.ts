import { describe, expect, it } from 'vitest';
import { judgePrompt, JUDGE_SYSTEM_PROMPT } from '../../src/domain/playing/judge-prompt.js';
import { JudgeAnswer, judgingOf, type Asked } from '../../src/domain/playing/judging.js';
import { stateText } from '../../src/domain/playing/playing-state.js';
import { decideNextTurn } from './conversation.js';

const checks = ['it reacts', 'it ends'];
const told = (data: Record<string, string>): string[] => [
  `touched: ${stateText({ data, words: ['the "check","unmet" of a word'], drawn: [] })}`,
];

/** What this model says to the product's own question, read as the product reads it. */
function judge(states: string[], isShown = true) {
  return judgingOf({ checks }, JudgeAnswer.parse(say({ checks }, states, isShown)));
}
function say(asked: Asked, states: string[] = [], isShown = true): unknown {
  const text = judgePrompt({ ...asked, states, notes: [], language: 'en' });
  const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: '' } };
  const [block] = decideNextTurn({
    model: 'demo',
    system: JUDGE_SYSTEM_PROMPT,
    messages: [{ role: 'user', content: [...(isShown ? [image] : []), { type: 'text', text }] }],
  }).blocks;
  return JSON.parse(block?.type === 'text' ? block.text : '');
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
  it('says of facts whether the words of the change ask for them', () => {
    const facts = ['changed: speed state.enemy.x ×1.4', 'lost: moves state.coin.y'];
    const asked = { checks, change: '敵を速くして', facts };
    const judging = judgingOf(asked, JudgeAnswer.parse(say(asked)));
    expect(judging).toMatchObject({ facts: [{ asked: true }, { asked: false }] });
  });
  it('has no words for facts: the catalogue names those that have a name', () => {
    const asked = { checks, change: '敵を速くして', facts: ['changed: moves drawn.image 91'] };
    const judging = judgingOf(asked, JudgeAnswer.parse(say(asked)));
    expect(judging).toMatchObject({ facts: [{ words: '' }] });
  });
  it('decides nothing where it is shown nothing', () => {
    expect(answersOf(judge(told({}), false))).toEqual(['undecided', 'undecided']);
  });
});
