import asked from './data/asked.json' with { type: 'json' };
import { matches } from './tables.js';
import { readConversation, type MessagesRequest } from './wire/messages.js';

/** Request to check a played game against its brief, or to look at it again. */
const TASK = /^You (?:judge small phone games by what was seen|look at screens of a small phone)/;

export function wantsJudging(system: string): boolean {
  return TASK.test(system);
}

const CHECK = /^Check (\d+):\n> (.*)$/gm;
const CHANGE = /^Change:\n((?:> .*\n?)+)/m;
const FACT = /^Fact (\d+):\n> \w+: (\w+) ?(.*)$/gm;
const LEFT_OUT = /^Leave out: screen (\d+)/m;
/** State of a game with the fault `unmet` or `looks`. */
const UNMET = /^> .*\["check","unmet"\]/m;
const LOOKS = /^> .*\["check","looks"\]/m;

/** Words of a change that ask for a fact of this kind; of the others its name has to be there. */
const ASKED: Readonly<Record<string, string | undefined>> = asked;

/**
 * Verdicts on the checks of a game: by the fault that this model has put into it, and undecidable
 * without an image; on what a change has changed by the words of its request, with no name for it:
 * the catalogue has one for what players know.
 */
export function answerJudging(request: MessagesRequest): string {
  const { prompt } = readConversation(request);
  const leftOut = LEFT_OUT.exec(prompt)?.[1];
  // It is asked again only about a game that it has found so.
  if (leftOut !== undefined) return JSON.stringify({ faults: [overlapOn(Number(leftOut) + 1)] });
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
  const change = CHANGE.exec(prompt)?.[1] ?? '';
  const facts = [...prompt.matchAll(FACT)].map(([, number = '', kind = '', what = '']) => {
    const name = what.split(/[\s.]/).find((part) => part.length > 2 && change.includes(part));
    const isAsked = matches(ASKED[kind] ?? null, change) || name !== undefined;
    return { fact: Number(number), asked: isAsked, words: '' };
  });
  return JSON.stringify({ checks, facts, faults: LOOKS.test(prompt) ? [overlapOn(1)] : [] });
}

const overlapOn = (screen: number) => {
  return { what: 'overlap', where: 'DEMO', part: 'all', screen, severity: 'severe' };
};
