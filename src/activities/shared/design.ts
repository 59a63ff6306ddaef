import type { WorkerConfig } from '../../config.js';
import { DesignedBrief, type GameBrief } from '../../contracts/brief.js';
import { briefByModel, briefByRules, type DesignWish } from '../../domain/design/brief-by-rules.js';
import { briefSentence } from '../../domain/design/brief-words.js';
import { DESIGN_SYSTEM_PROMPT, designPrompt } from '../../domain/design/design-prompt.js';
import type { Log } from '../../log.js';
import type { StreamWriter } from '../../stream/writer.js';
import type { DesignActivities, DesignGameInput } from '../plan-port.js';
import { askForJson, createModel } from './ask-model.js';

/** A game waits no longer than this for its design. */
const DESIGN_TIMEOUT_MS = 5_000;
const MAX_TOKENS = 1_200;
/** The last of the opening events; fixed, so that a repeated activity repeats it. */
const DESIGNED = { attempt: 0, seq: 4 };

export interface DesignDeps {
  config: Pick<
    WorkerConfig,
    'ANTHROPIC_API_KEY' | 'ANTHROPIC_BASE_URL' | 'CHAT_MODEL' | 'CHAT_TIMEOUT_MS'
  >;
  stream: StreamWriter;
  log: Log;
}

/** Deciding what a first game is to become, before anybody writes it. */
export function designActivities(deps: DesignDeps): DesignActivities {
  const ask = asker(deps);
  return {
    async designGame({ jobId, spec, by }) {
      const wish = { ...spec, language: spec.language ?? 'ja' };
      const designed = by === 'model' ? await ask(wish, jobId) : null;
      const brief = designed ?? briefByRules(wish);
      // What the model writes next begins a paragraph of its own.
      const content = `${briefSentence(brief)}\n\n`;
      await deps.stream.append(jobId, DESIGNED.attempt, DESIGNED.seq, [
        { type: 'stream', content },
      ]);
      return brief;
    },
  };
}

/** Asks the small model once; null when it is away or talks nonsense. */
function asker({
  config,
  log,
}: DesignDeps): (wish: DesignWish, jobId: DesignGameInput['jobId']) => Promise<GameBrief | null> {
  const anthropic = createModel(config);
  return async (wish, jobId) => {
    const question = {
      model: config.CHAT_MODEL,
      max_tokens: MAX_TOKENS,
      system: DESIGN_SYSTEM_PROMPT,
      messages: [{ role: 'user' as const, content: designPrompt(wish) }],
    };
    try {
      const limits = { timeout: DESIGN_TIMEOUT_MS };
      const { value } = await askForJson(anthropic, question, DesignedBrief, limits);
      if (value === null) log.warn({ jobId }, 'the design of a game cannot be read');
      return value && briefByModel(value, wish);
    } catch (error) {
      log.warn({ err: error, jobId }, 'a game is designed by rules');
      return null;
    }
  };
}
