import { readConversation, type MessagesRequest } from './wire/messages.js';

/** Request to check a played game against its brief. */
const TASK = /^You judge small phone games by what was seen/;

export function wantsJudging(system: string): boolean {
  return TASK.test(system);
}

const CHECK = /^Check (\d+):\n> (.*)$/gm;
/** State of a game with the fault `unmet`. */
const UNMET = /^> .*\["check","unmet"\]/m;

/**
 * Verdicts on the checks of a game: by the fault that this model has put into it, and undecidable
 * without an image.
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
