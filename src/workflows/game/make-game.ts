import { log, setCurrentDetails } from '@temporalio/workflow';
import type { PlannedAttachments } from '../../contracts/media/assets.js';
import type { RunAgentOutcome } from '../../activities/ports/agent-port.js';
import type { PlannedSprite } from '../../activities/ports/sprite-port.js';
import type { Message } from '../../contracts/messages/message.js';
import { missingSprites, unusableImages } from '../../domain/assets/image-words.js';
import { shared } from '../common/activity-proxies.js';
import { unlessCancelled } from '../common/failures.js';
import { runAgent, type AgentWork } from './agent-attempts.js';
import { ImagesUnderWay } from './images-under-way.js';
import { placeImages } from './place-images.js';

/** Time limit for images after the end of the model: code draws the missing figures. */
const PATIENCE_MS = 5_000;
const NOTHING_SENT: PlannedAttachments = { images: [], unusable: 0 };

export interface MadeGame {
  readonly result: RunAgentOutcome;
  /** Notes about its images for the player. */
  readonly notes: readonly Message[];
}

/** Images that a game is made with besides its words. */
export interface GameImages {
  /** Figures of the brief may be drawn. */
  readonly drawsSprites: boolean;
  /** What the player has sent; left out = nothing. */
  readonly attached?: PlannedAttachments | undefined;
  /** Who has; left out = the job's own user. */
  readonly sentBy?: string | undefined;
}

type MadeCandidate = Extract<RunAgentOutcome, { kind: 'candidate' }>;

/**
 * Runs the model for the first time, with the player's own images in its folder; beside it the
 * figures of the brief are drawn, once for all attempts. The candidate that is answered has the
 * images that were there in time, as files.
 */
export async function makeGame(
  agent: AgentWork,
  { drawsSprites, attached = NOTHING_SENT, sentBy }: GameImages,
): Promise<MadeGame> {
  const { ref, spec } = agent;
  const [planned, placed] = await Promise.all([
    drawsSprites ? planSprites(agent) : [],
    placeImages(ref, { ...attached, sentBy }),
  ]);
  const withPlaced = placed.length > 0 ? { ...spec, attached: placed } : spec;
  const made = await runWithSprites({ ...agent, spec: withPlaced }, planned);
  if (made.result.kind === 'answer') return { result: made.result, notes: [] };
  const sent = attached.images.length + attached.unusable;
  const notes = [
    unusableImages({ missing: sent - placed.length, total: sent }),
    missingSprites({ missing: made.missing, total: planned.length }),
  ];
  return { result: made.result, notes: notes.filter((note) => note !== null) };
}

async function runWithSprites(
  agent: AgentWork,
  planned: readonly PlannedSprite[],
): Promise<{ result: RunAgentOutcome; missing: number }> {
  if (planned.length === 0) return { result: await runAgent(agent), missing: 0 };
  const drawing = new SpriteDrawing(agent, planned);
  try {
    const sprites = planned.map(({ name }) => name);
    const result = await runAgent({ ...agent, spec: { ...agent.spec, sprites } });
    return result.kind === 'answer' ? { result, missing: 0 } : await drawing.addTo(result);
  } finally {
    drawing.stop();
  }
}

/** Their money is set aside before the first attempt takes what the purse has left (J5). */
async function planSprites({ ref, spec }: AgentWork): Promise<PlannedSprite[]> {
  if (!spec.brief || spec.brief.sprites.length === 0) return [];
  const summary = `Which of ${spec.brief.sprites.length} sprites are drawn`;
  return shared.planSprites.executeWithOptions({ summary }, [{ ...ref, spec }]).catch(
    unlessCancelled((why) => {
      log.warn('no sprites are drawn', { jobId: ref.jobId, ...why });
      return [];
    }),
  );
}

/** The figures of the brief on their way. */
class SpriteDrawing {
  private readonly underWay: ImagesUnderWay<unknown>;

  constructor(
    private readonly agent: AgentWork,
    private readonly planned: readonly PlannedSprite[],
  ) {
    const { ref } = agent;
    this.underWay = new ImagesUnderWay(ref);
    for (const { name, prompt } of planned)
      this.underWay.begin(name, (maker, { number, backend }) =>
        maker.drawSprite.executeWithOptions({ summary: `Draw the sprite ${name} (${backend})` }, [
          { ...ref, name, prompt, attempt: number },
        ]),
      );
  }

  /** The candidate with what is there in a moment. Nothing here takes the candidate away (J3). */
  async addTo(candidate: MadeCandidate): Promise<{ result: MadeCandidate; missing: number }> {
    if (this.underWay.isOpen) setCurrentDetails('画像を待っています (waiting for sprites)');
    const drawn = await this.underWay.within(PATIENCE_MS);
    const there = this.planned.filter(({ name }) => drawn.has(name));
    const { revision, added } = await this.add(candidate.revision, there);
    return { result: { ...candidate, revision }, missing: this.planned.length - added };
  }

  stop(): void {
    this.underWay.stop();
  }

  private async add(
    revision: string,
    there: readonly PlannedSprite[],
  ): Promise<{ revision: string; added: number }> {
    const usd = there.reduce((sum, sprite) => sum + sprite.usd, 0);
    const drawn = there.map(({ name }) => name);
    const missing = this.planned.map(({ name }) => name).filter((name) => !drawn.includes(name));
    const summary = `${drawn.length} of ${this.planned.length} sprites, ${usd.toFixed(2)} $`;
    const { ref, progress } = this.agent;
    this.stop();
    const input = { ...ref, attempt: progress.attempt, revision, drawn, missing };
    return shared.addSprites.executeWithOptions({ summary }, [input]).then(
      (made) => ({ revision: made.revision, added: made.added.length }),
      unlessCancelled((why) => {
        log.warn('a game is left without its sprites', { revision, ...why });
        return { revision, added: 0 };
      }),
    );
  }
}
