import { readConversation, type MessagesRequest } from './wire/messages.js';

/** The product asks whether a game that it has played keeps what it was to be. */
const TASK = /^You judge small phone games by what was seen/;

export function wantsJudging(system: string): boolean {
  return TASK.test(system);
}

const CHECK = /^Check (\d+):\n> (.*)$/gm;
/** A faulty game of this model says in its state that it is not what it was to be. */
const UNMET = /^> .*\["check","unmet"\]/m;

/**
 * What this model says of its own games, check by check: it has no eyes, knows which fault it gave
 * them, and decides nothing where it was shown nothing.
 */
export function answerJudging(request: MessagesRequest): string {
  const { prompt } = readConversation(request);
  const isSeen = request.messages.some(
    ({ content }) => typeof content !== 'string' && content.some(({ type }) => type === 'image'),
  );
  const isUnmet = UNMET.test(prompt);
  const checks = [...prompt.matchAll(CHECK)].map(([, number = ''], at) => {
    if (!isSeen) return { check: Number(number), answer: 'undecidable', why: 'DEMO: no image' };
    return isUnmet && at === 0
      ? { check: Number(number), answer: 'unmet', why: 'DEMO: its state says so' }
      : { check: Number(number), answer: 'met', why: 'DEMO: seen' };
  });
  return JSON.stringify({ checks });
}
