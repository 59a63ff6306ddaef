import { crashPoint } from '../../../process/crash-points.js';
import { SHEET_LIMIT } from '../../../contracts/execution/runner.js';
import { JudgeAnswer, judgingOf, unjudged } from '../../../domain/playing/judging.js';
import {
  JUDGE_SYSTEM_PROMPT,
  judgePrompt,
  LOOK_SYSTEM_PROMPT,
  lookPrompt,
} from '../../../domain/playing/judge-prompt.js';
import {
  faultsOf,
  LookAnswer,
  severeScreens,
  type NamedFault,
} from '../../../domain/playing/visual-faults.js';
import type { PlayRecords } from '../../../objects/play-records.js';
import type { JudgeActivities, JudgeGameInput } from '../../ports/play-port.js';
import { jobTextAsker, type JobTextDeps } from '../jobs/job-texts.js';

/** A game that plays waits no longer than this for its judge. */
const JUDGE_TIMEOUT_MS = 8_000;
const MAX_TOKENS = 1_200;
const MAX_LOOK_TOKENS = 300;

export interface JudgeDeps extends JobTextDeps {
  records: Pick<PlayRecords, 'readSheet' | 'readStates'>;
}

/** Holding games that play against what they were to keep, by what was seen of them. */
export function judgeActivities(deps: JudgeDeps): JudgeActivities {
  const ask = jobTextAsker(deps);
  return {
    async judgeGame(input) {
      const { jobId, play } = input;
      const seen = await seenIn(deps, input);
      if (seen === null) return unjudged('notSeen');
      const shown = { jobId, image: seen.sheet, timeoutMs: JUDGE_TIMEOUT_MS };
      const answer = await ask({
        ...shown,
        text: `judging-${play}`,
        system: JUDGE_SYSTEM_PROMPT,
        prompt: judgePrompt({ ...input, states: seen.states }),
        schema: JudgeAnswer,
        maxTokens: MAX_TOKENS,
      });
      crashPoint('after-judge');
      if (!('value' in answer)) return unjudged(answer.missing);
      const judging = judgingOf(input, answer.value);
      if (judging.state !== 'judged') return judging;
      const { faults } = answer.value;
      const again = await lookAgain(ask, shown, input, faults);
      return { ...judging, ...(faults.length > 0 && { faults: faultsOf(faults, again) }) };
    },
  };
}

/** What looks wrong on other screens (P5); nothing where it is not asked, or not answered. */
async function lookAgain(
  ask: ReturnType<typeof jobTextAsker>,
  shown: { jobId: string; image: string; timeoutMs: number },
  { play, language }: JudgeGameInput,
  faults: readonly NamedFault[],
): Promise<readonly NamedFault[]> {
  const screens = severeScreens(faults);
  if (screens.length === 0) return [];
  const answer = await ask({
    ...shown,
    text: `judging-${play}-again`,
    system: LOOK_SYSTEM_PROMPT,
    prompt: lookPrompt(screens, language),
    schema: LookAnswer,
    maxTokens: MAX_LOOK_TOKENS,
  });
  return 'value' in answer ? answer.value.faults : [];
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
