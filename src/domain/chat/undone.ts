import type { HistoryItem } from '../../contracts/wire/frames.js';
import type { ChatLine } from './chat-lines.js';

const UNDONE = '(undone by the restore below) ';

/** The versions that were restored, by the lines of a history. */
export function restoredIn(history: readonly HistoryItem[]): string[] {
  return [...new Set(history.flatMap((line) => restoredBy(line) ?? []))];
}

/**
 * The history with its lines about versions that a restore took back marked as such. `madeAt`: when
 * each restored version was published; of one that is not known nothing is marked.
 */
export function withUndone(
  history: readonly HistoryItem[],
  madeAt: ReadonlyMap<string, string>,
): ChatLine[] {
  const isUndone = history.map(() => false);
  for (const [at, line] of history.entries()) {
    const since = Date.parse(madeAt.get(restoredBy(line) ?? '') ?? '');
    const first = history.findIndex(
      ({ role, timestamp }) => role === 'user' && Date.parse(timestamp) > since,
    );
    if (first !== -1 && first < at) isUndone.fill(true, first, at);
  }
  return history.map((line, at) => {
    const { role, content } = line;
    const isMarked = isUndone[at] && restoredBy(line) === null;
    return { role, content: isMarked ? `${UNDONE}${content}` : content };
  });
}

function restoredBy({ code, params }: HistoryItem): string | null {
  const version = code === 'VERSION_RESTORED' ? (params as { version?: unknown }).version : null;
  return typeof version === 'string' ? version : null;
}
