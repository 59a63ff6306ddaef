import type { SelectedStyle, PendingQuestion } from '../contracts/frames.js';
import type { Dimension } from '../contracts/ids.js';
import { detectIntent } from './intent/intent.js';
import { mentionedDimension } from './style-gate.js';
import { findStyle, type StylePreset } from './styles.js';

export interface PlanInput {
  content: string;
  isNewProject: boolean;
  selectedStyle: SelectedStyle | null;
  autoFix: boolean;
  pending: PendingQuestion | null;
}

export type PlanDecision =
  | { kind: 'restoreProposal'; message: string; confirmLabel: string; cancelLabel: string }
  | { kind: 'chat' }
  | { kind: 'question'; message: string; suggestions: string[]; request: string }
  | { kind: 'generate'; request: string; dimension: Dimension | null; style: StylePreset | null };

/** An answer to the dimension question and nothing more. */
const BARE_ANSWER = /^[2２3３]d(で)?(作成|作って|お願いします|がいい|にして)?[。!！]?$/i;

/**
 * The request a message stands for: an answer to the dimension question carries the request that
 * was asked about, explicitly and not by guessing from history (generation.md §4, §20 #10).
 */
export function effectiveRequest(content: string, pending: PendingQuestion | null): string {
  const asked = pending && pending.type !== 'restore' ? pending.request : undefined;
  const dimension = mentionedDimension(content);
  if (!asked || !dimension) return content;
  const label = dimension === '3d' ? '3D' : '2D';
  return BARE_ANSWER.test(content.trim()) ? `${label}で${asked}` : `${asked}\n${content}`;
}

/**
 * Decides what a message becomes: answer, question, undo proposal or generation. Pure.
 */
export function decidePlan(input: PlanInput): PlanDecision {
  const intent =
    input.autoFix || input.selectedStyle ? 'edit' : detectIntent(input.content, input.isNewProject);
  if (intent === 'restore') {
    return {
      kind: 'restoreProposal',
      message: '前のバージョンに戻しますか？',
      confirmLabel: '戻す',
      cancelLabel: 'キャンセル',
    };
  }
  if (intent === 'chat') return { kind: 'chat' };
  const request = effectiveRequest(input.content, input.pending);
  const dimension = input.selectedStyle?.dimension ?? mentionedDimension(request);
  if (input.isNewProject && !dimension && !input.autoFix) {
    return {
      kind: 'question',
      message: '2Dと3D、どちらのゲームにしますか？',
      suggestions: ['2Dで作成', '3Dで作成'],
      request,
    };
  }
  const style =
    input.selectedStyle && dimension ? findStyle(dimension, input.selectedStyle.styleId) : null;
  return { kind: 'generate', request, dimension, style };
}
