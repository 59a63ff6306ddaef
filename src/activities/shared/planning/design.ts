import { DesignedBrief, type GameBrief } from '../../../contracts/game/brief.js';
import { BAR } from '../../../contracts/messages/bar.js';
import { message } from '../../../contracts/messages/message.js';
import {
  briefByModel,
  briefByRules,
  type DesignWish,
} from '../../../domain/design/brief-by-rules.js';
import { briefSentence } from '../../../domain/design/brief-words.js';
import { sketchWords } from '../../../domain/design/sketches.js';
import { DESIGN_SYSTEM_PROMPT, designPrompt } from '../../../domain/design/design-prompt.js';
import type { StreamWriter } from '../../../stream/writer.js';
import type { DesignActivities } from '../../ports/plan-port.js';
import { jobTextAsker, type JobMissing, type JobTextDeps } from '../jobs/job-texts.js';
import { announce, type ProgressDeps } from '../jobs/progress.js';

/** A game waits no longer than this for its design, the second request included. */
const DESIGN_TIMEOUT_MS = 5_000;
/** With less of it left no answer comes in time. */
const LEAST_MS = 2_000;
const MAX_TOKENS = 1_200;
/** After these a second request may have an answer. */
const MAY_COME: ReadonlySet<JobMissing> = new Set([
  'unreadable',
  'ModelRefused',
  'ModelOverloaded',
  'ModelUnavailable',
]);
/** The last of the opening events; fixed, so that a repeated activity repeats them. */
const DESIGNING = { attempt: 0, seq: 4 };
const DESIGNED = { attempt: 0, seq: 5 };
const ANNOUNCEMENT = { progress: BAR.designs, message: message('STEP_DESIGNING') };

export interface DesignDeps extends JobTextDeps {
  store: JobTextDeps['store'] & ProgressDeps['store'];
  stream: StreamWriter;
}

/** Decides what a first game is to become, before it is written. */
export function designActivities(deps: DesignDeps): DesignActivities {
  const ask = jobTextAsker(deps);
  const askFor = async (wish: DesignWish, jobId: string): Promise<GameBrief | null> => {
    const endsAtMs = performance.now() + DESIGN_TIMEOUT_MS;
    const question = {
      jobId,
      system: DESIGN_SYSTEM_PROMPT,
      prompt: designPrompt(wish),
      schema: DesignedBrief,
      maxTokens: MAX_TOKENS,
    };
    for (const text of ['design', 'design-again'] as const) {
      const timeoutMs = Math.round(endsAtMs - performance.now());
      if (timeoutMs < LEAST_MS) return null;
      const answer = await ask({ ...question, text, timeoutMs });
      if ('value' in answer) return briefByModel(answer.value, wish);
      if (!MAY_COME.has(answer.missing)) return null;
    }
    return null;
  };
  return {
    async designGame({ jobId, spec, by }) {
      const wish = { ...spec, language: spec.language ?? 'ja' };
      const [designed] = await Promise.all([
        by === 'model' ? askFor(wish, jobId) : null,
        announce(deps, jobId, DESIGNING, ANNOUNCEMENT),
      ]);
      const brief = designed ?? briefByRules(wish);
      // What the model writes next begins a paragraph of its own.
      const content = `${briefSentence(brief)}\n\n`;
      await deps.stream.append(jobId, DESIGNED.attempt, DESIGNED.seq, [
        { type: 'stream', content, sketch: sketchWords(brief) },
      ]);
      return brief;
    },
  };
}
