import { type ErrorKind } from '../contracts/base/errors.js';
import { errorText } from '../contracts/messages/message.js';
import type { ActionRow } from '../contracts/rows/rows.js';
import type { TunedVersion } from '../contracts/game/settings.js';
import type { Store } from './index.js';

type Tables = Pick<Store, 'actions' | 'revisions'>;

/**
 * Ends the row of an action that no workflow works on as what it is: completed after its version,
 * else failed with this kind. Null = it had ended.
 */
export async function closeActionRow(
  store: Tables,
  action: ActionRow,
  kind: ErrorKind,
): Promise<'completed' | 'failed' | null> {
  const { id } = action;
  const made = await versionOf(store, action);
  if (made !== null) return (await store.actions.complete(id, made)) && 'completed';
  const failure = { kind, detail: '' };
  return (await store.actions.fail(id, errorText(kind), failure)) && 'failed';
}

/** What such an action answers whose version is published; null = there is none. */
async function versionOf(
  { revisions }: Tables,
  { id, kind }: ActionRow,
): Promise<Pick<TunedVersion, 'revision'> | TunedVersion | null> {
  if (kind !== 'restore' && kind !== 'tune') return null;
  const published = await revisions.ofJob(id);
  if (!published) return null;
  const { revision } = published;
  return kind === 'tune' ? ({ revision, isNew: true } satisfies TunedVersion) : { revision };
}
