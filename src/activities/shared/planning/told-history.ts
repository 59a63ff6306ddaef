import type { HistoryItem } from '../../../contracts/wire/frames.js';
import type { ChatLine } from '../../../domain/chat/chat-lines.js';
import { restoredIn, withUndone } from '../../../domain/chat/undone.js';
import type { Store } from '../../../store/index.js';

/** A history for a model's prompt: what a restore took back is no fact any more. */
export async function toldHistory(
  { revisions }: Pick<Store, 'revisions'>,
  projectId: string,
  history: readonly HistoryItem[],
): Promise<readonly ChatLine[]> {
  const restored = restoredIn(history);
  if (restored.length === 0) return history;
  const rows = await Promise.all(
    restored.map(
      async (version) => [version, await revisions.resolve(projectId, version)] as const,
    ),
  );
  return withUndone(
    history,
    new Map(rows.flatMap(([version, row]) => (row ? [[version, row.created_at]] : []))),
  );
}
