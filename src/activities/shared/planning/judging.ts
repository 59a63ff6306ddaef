import { crashPoint } from '../../../process/crash-points.js';
import { SHEET_LIMIT } from '../../../contracts/execution/runner.js';
import { JudgeAnswer, judgingOf, unjudged } from '../../../domain/playing/judging.js';
import { JUDGE_SYSTEM_PROMPT, judgePrompt } from '../../../domain/playing/judge-prompt.js';
import type { PlayRecords } from '../../../objects/play-records.js';
import type { JudgeActivities, JudgeGameInput } from '../../ports/play-port.js';
import { jobTextAsker, type JobTextDeps } from '../jobs/job-texts.js';

/** A game that plays waits no longer than this for its judge. */
const JUDGE_TIMEOUT_MS = 8_000;
const MAX_TOKENS = 1_200;

export interface JudgeDeps extends JobTextDeps {
  records: Pick<PlayRecords, 'readSheet' | 'readStates'>;
}

/** Holding games that play against what they were to keep, by what was seen of them. */
export function judgeActivities(deps: JudgeDeps): JudgeActivities {
  const ask = jobTextAsker(deps);
  return {
    async judgeGame(input) {
      const { jobId, play, checks, change, notes, language } = input;
      const seen = await seenIn(deps, input);
      if (seen === null) return unjudged('notSeen');
      const answer = await ask({
        jobId,
        text: `judging-${play}`,
        system: JUDGE_SYSTEM_PROMPT,
        prompt: judgePrompt({ checks, change, notes, language, states: seen.states }),
        image: seen.sheet,
        schema: JudgeAnswer,
        maxTokens: MAX_TOKENS,
        timeoutMs: JUDGE_TIMEOUT_MS,
      });
      crashPoint('after-judge');
      if (!('value' in answer)) return unjudged(answer.missing);
      return judgingOf(checks, answer.value, change !== undefined);
    },
  };
}

/** What is kept of the play; null when there is no image of it that a model takes. */
async function seenIn(
  { records, log }: JudgeDeps,
  input: JudgeGameInput,
): Promise<{ sheet: string; states: readonly string[] } | null> {
  try {
    const [sheet, states] = await Promise.all([
      records.readSheet(input),
      records.readStates(input),
    ]);
    const image = sheet?.toString('base64');
    return image === undefined || image.length > SHEET_LIMIT ? null : { sheet: image, states };
  } catch (error) {
    log.warn({ err: error, jobId: input.jobId }, 'what a play has seen cannot be read');
    return null;
  }
}
