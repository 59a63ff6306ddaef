import type { PlannedAttachments } from '../../contracts/media/assets.js';
import type { GameBrief } from '../../contracts/game/brief.js';
import type { PendingQuestion, SelectedStyle } from '../../contracts/wire/frames.js';
import type { PlaySummary } from '../../contracts/game/play.js';
import type { PlannedSpec } from '../../contracts/durable/rerun.js';
import type { PlacedImage } from '../../domain/assets/attached-images.js';
import type { MessageReading } from '../../domain/generation/generation-plan.js';
import type { Language } from '../../contracts/base/language.js';
import type { JobRef } from './refs.js';

export interface MessageToRead extends JobRef {
  content: string;
  /** Nothing is asked before the first image; left out = what is open is asked. */
  skipStyleSelection?: true | undefined;
}

export interface PlanGenerationInput extends MessageToRead {
  selectedStyle: SelectedStyle | null;
  autoFix: boolean;
  /** Null: the keyword rules decide. */
  reading?: MessageReading | null;
  /** Whose images go with it; left out = the job's own user's. */
  sentBy?: string | undefined;
}

type PlannedLook = Extract<PendingQuestion, { type: 'look' }>;

/** A generation as decided: everything an attempt needs to know. */
export interface GenerationSpec extends PlannedSpec {
  /** The sender has asked for a run without them (generation.md §3). */
  disableSkills?: true;
  /** Figures of the brief that are drawn as images while the model writes, by name. */
  sprites?: string[];
  /** Images of the player that lie in the game from its first round on. */
  attached?: PlacedImage[];
}
export type GenerationPlan =
  | {
      kind: 'generate';
      spec: GenerationSpec;
      hasDefaultName: boolean;
      /**
       * The game is played before it is published (J1); with what is known of its parent. Its
       * version may be searched afterwards (P3).
       */
      play?: { parent: PlaySummary | null; isSearched?: true };
      /** A first game is designed before it is written; `rules`: the model was away just now. */
      design?: GameBrief['by'];
      /** Figures of its brief may be drawn while it is written. */
      drawsSprites?: true;
      /** Left out where nothing of the player's own goes with the request. */
      attached?: PlannedAttachments;
      /** As for an answer in words. */
      look?: PlannedLook;
    }
  /** `look`: the project's as it stays open; left out where it has none. */
  | { kind: 'chat'; language?: Language; look?: PlannedLook }
  | { kind: 'question'; question: Extract<PendingQuestion, { type: 'dimension' }> }
  | { kind: 'restoreProposal'; question: Extract<PendingQuestion, { type: 'restore' }> };

export interface DesignGameInput extends JobRef {
  spec: GenerationSpec;
  /** Who designs: the small model, once and within 5 s, and rules when it is away; or rules. */
  by: GameBrief['by'];
}
export interface DesignActivities {
  /** Decides what a first game is to become, and sends it: the first text of its job. */
  designGame(input: DesignGameInput): Promise<GameBrief>;
}
