import { setCurrentDetails } from '@temporalio/workflow';
import type { DesignGameInput, GenerationSpec } from '../../activities/ports/plan-port.js';
import type { JobRef } from '../../activities/ports/refs.js';
import type { GameBrief } from '../../contracts/game/brief.js';
import { reading, shared } from '../common/activity-proxies.js';
import { unlessCancelled } from '../common/failures.js';

/**
 * Has a first game designed before it is written, by the small model once, else by rules: a design
 * never fails. The brief goes on in the spec.
 */
export async function designGame(
  ref: JobRef,
  spec: GenerationSpec,
  by: GameBrief['by'],
): Promise<GenerationSpec> {
  setCurrentDetails('設計中 (designing)');
  const asked = by === 'model' ? await askOnce({ ...ref, spec, by }) : null;
  const brief =
    asked ??
    (await shared.designGame.executeWithOptions({ summary: 'Design: a brief by rules' }, [
      { ...ref, spec, by: 'rules' },
    ]));
  return { ...spec, brief };
}

/** Null without an answer in time. */
function askOnce(input: DesignGameInput): Promise<GameBrief | null> {
  const summary = 'Design: a brief by the small model, else by rules';
  const asked = reading.designGame.executeWithOptions({ summary }, [input]);
  return asked.catch(unlessCancelled(() => null));
}
