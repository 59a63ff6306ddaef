import {
  CancellationScope,
  condition,
  isCancellation,
  log,
  setCurrentDetails,
} from '@temporalio/workflow';
import type { RunAgentOutcome } from '../activities/ports.js';
import type { PlannedSprite } from '../activities/sprite-port.js';
import { missingSpritesSentence } from '../domain/design/sprite-prompt.js';
import { localImages, modalImages, shared } from './activity-proxies.js';
import { runAgent, type AgentWork } from './agent-attempts.js';
import { classifyFailure } from './failures.js';
import { runWithFallback } from './run-with-fallback.js';

/** After the end of the model nobody waits longer for images: code draws those figures. */
const PATIENCE_MS = 5_000;

export interface MadeGame {
  readonly result: RunAgentOutcome;
  /** What the player is told of its images; null = nothing. */
  readonly sentence: string | null;
}

/**
 * Runs the model for the first time; beside it the figures of the brief are drawn, once for all
 * attempts. The candidate that is answered has the images that were there in time, as files.
 */
export async function makeGame(agent: AgentWork, drawsSprites: boolean): Promise<MadeGame> {
  const planned = drawsSprites ? await planSprites(agent) : [];
  if (planned.length === 0) return { result: await runAgent(agent), sentence: null };
  const drawing = new SpriteDrawing(agent, planned);
  try {
    const sprites = planned.map(({ name }) => name);
    const result = await runAgent({ ...agent, spec: { ...agent.spec, sprites } });
    return result.kind === 'answer' ? { result, sentence: null } : await drawing.addTo(result);
  } finally {
    drawing.stop();
  }
}

/** Their money is set aside before the first attempt takes what the purse has left (J5). */
async function planSprites({ ref, spec }: AgentWork): Promise<PlannedSprite[]> {
  if (!spec.brief || spec.brief.sprites.length === 0) return [];
  try {
    return await shared.planSprites.executeWithOptions(
      { summary: `Which of ${spec.brief.sprites.length} sprites are drawn` },
      [{ ...ref, spec }],
    );
  } catch (error) {
    if (isCancellation(error)) throw error;
    log.warn('no sprites are drawn', { jobId: ref.jobId, ...kindOf(error) });
    return [];
  }
}

/** Images on their way, in a scope of their own below the job's work. */
class SpriteDrawing {
  private readonly scope = new CancellationScope();
  private readonly drawn = new Set<string>();
  private open: number;

  constructor(
    private readonly agent: AgentWork,
    private readonly planned: readonly PlannedSprite[],
  ) {
    this.open = planned.length;
    for (const sprite of planned) void this.scope.run(() => this.draw(sprite));
  }

  /** The candidate with what is there in a moment. Nothing here takes the candidate away (J3). */
  async addTo(candidate: Extract<RunAgentOutcome, { kind: 'candidate' }>): Promise<MadeGame> {
    if (this.open > 0) {
      setCurrentDetails('画像を待っています (waiting for sprites)');
      await condition(() => this.open === 0, PATIENCE_MS);
    }
    const there = this.planned.filter(({ name }) => this.drawn.has(name));
    const { spec, progress } = this.agent;
    const { revision, added } = await this.add(candidate.revision, there, progress.attempt);
    const counted = { missing: this.planned.length - added, total: this.planned.length };
    return {
      result: { ...candidate, revision },
      sentence: missingSpritesSentence(counted, spec.language ?? 'ja'),
    };
  }

  /** What is still on its way is given up; nothing is left then that could cost. */
  stop(): void {
    this.scope.cancel();
  }

  private async add(
    revision: string,
    there: readonly PlannedSprite[],
    attempt: number,
  ): Promise<{ revision: string; added: number }> {
    const usd = there.reduce((sum, sprite) => sum + sprite.usd, 0);
    const drawn = there.map(({ name }) => name);
    const missing = this.planned.map(({ name }) => name).filter((name) => !drawn.includes(name));
    const summary = `${drawn.length} of ${this.planned.length} sprites, ${usd.toFixed(2)} $`;
    try {
      this.stop();
      const made = await shared.addSprites.executeWithOptions({ summary }, [
        { ...this.agent.ref, attempt, revision, drawn, missing },
      ]);
      return { revision: made.revision, added: made.added.length };
    } catch (error) {
      if (isCancellation(error)) throw error;
      log.warn('a game is left without its sprites', { revision, ...kindOf(error) });
      return { revision, added: 0 };
    }
  }

  /** Never throws: whatever keeps an image from its end leaves the figure to code. */
  private async draw({ name, prompt }: PlannedSprite): Promise<void> {
    const { ref } = this.agent;
    try {
      await runWithFallback({
        workId: ref.jobId,
        chooseFor: ref,
        label: null,
        run: ({ backend, number }) =>
          (backend === 'modal' ? modalImages : localImages).drawSprite.executeWithOptions(
            { summary: `Draw the sprite ${name} (${backend})` },
            [{ ...ref, name, prompt, attempt: number }],
          ),
      });
      this.drawn.add(name);
    } catch (error) {
      if (!isCancellation(error))
        log.warn('a sprite was not drawn', { jobId: ref.jobId, name, ...kindOf(error) });
    } finally {
      this.open -= 1;
    }
  }
}

function kindOf(error: unknown): { kind: string; detail: string } {
  const { kind, detail } = classifyFailure(error);
  return { kind, detail };
}
