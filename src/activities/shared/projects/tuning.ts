import type { WorkerConfig } from '../../../config.js';
import { errorText, message } from '../../../contracts/messages/message.js';
import type { PlayReport } from '../../../contracts/game/play.js';
import type { RevisionRow } from '../../../contracts/rows/rows.js';
import type { TuneGameInput, TuneOutcome } from '../../../contracts/game/settings.js';
import { crashPoint } from '../../../process/crash-points.js';
import {
  changedSettings,
  refusedValue,
  settingsOf,
  tuningSubject,
  withSettings,
} from '../../../domain/game/game-settings.js';
import { orNothing, type Store } from '../../../store/index.js';
import { changeVersion } from '../../../versions/kept/again.js';
import type { TuneActivities } from '../../ports/version-ports.js';
import { objectOf } from './version-object.js';
import { endOf, onNewestVersion, shortSubject, type VersionDeps } from './versions.js';

const ENTRY_POINT = 'index.html';

interface TuningDeps extends Pick<VersionDeps, 'versions' | 'log'> {
  store: Pick<Store, 'actions' | 'chatHistory' | 'revisions'>;
  config: Pick<WorkerConfig, 'PLAY_GAMES' | 'PLAY_SEARCH_LIVES'>;
}
type Tuning = Omit<TuneGameInput, 'messageId'>;

/** Saving the settings of a game as a version; no model is asked, nothing is played first (J1). */
export function tuningActivities(deps: TuningDeps): TuneActivities {
  return {
    async tuneRevision(input) {
      const outcome = await onNewestVersion(() => tune(deps, input)).catch(
        (error: unknown): TuneOutcome => {
          const { kind } = endOf(deps.log, error);
          return { ok: false, kind, detail: '' };
        },
      );
      const { actions } = deps.store;
      if (outcome.ok) await actions.complete(input.actionId, outcome.result);
      else {
        const { kind, detail } = outcome;
        await actions.fail(input.actionId, errorText(kind), { kind, detail });
      }
      return outcome;
    },
  };
}

async function tune(deps: TuningDeps, input: Tuning): Promise<TuneOutcome> {
  const { store, versions } = deps;
  const { actionId, projectId, values } = input;
  const earlier = await store.revisions.ofJob(actionId);
  if (earlier) return published(deps, input, earlier);
  const head = await store.revisions.head(projectId);
  const html =
    head && (await versions.readFile({ projectId, revision: head.revision }, ENTRY_POINT));
  const settings = html ? settingsOf(html) : [];
  const refused = refusedValue(settings, values);
  if (!head || !html || refused !== null)
    return { ok: false, kind: 'SettingRefused', detail: refused ?? '' };
  const changes = changedSettings(settings, values);
  if (changes.length === 0) return { ok: true, result: { revision: head.revision, isNew: false } };

  const subject = shortSubject(tuningSubject(changes));
  const work = { projectId, workId: actionId };
  const made = await changeVersion(versions, work, {
    parent: head.revision,
    files: [{ path: ENTRY_POINT, bytes: withSettings(html, values) }],
    subject,
  });
  const object = await objectOf(versions, projectId, made);
  crashPoint('after-tune-commit');
  const row = await store.revisions.publish({
    projectId,
    revision: made.revision,
    parent: head.revision,
    jobId: actionId,
    kind: 'tune',
    subject,
    restoredFrom: null,
    play: await stillBroken(store, head),
    screenshot: head.screenshot ?? null,
    object,
  });
  crashPoint('after-tune-publish-before-answer');
  return published(deps, input, row);
}

/**
 * Beyond the commit point, also of an earlier try: a line of the chat names what was changed;
 * nothing depends on that.
 */
async function published(
  deps: TuningDeps,
  { actionId, projectId }: Tuning,
  { revision, subject, play }: RevisionRow,
): Promise<TuneOutcome> {
  const { PLAY_GAMES, PLAY_SEARCH_LIVES } = deps.config;
  const tuned = message('GAME_TUNED', { changes: subject });
  const line = { id: actionId, projectId, role: 'system', message: tuned } as const;
  await orNothing(deps.log, deps.store.chatHistory.append(line), undefined);
  const isSearched = PLAY_GAMES && PLAY_SEARCH_LIVES > 0 && play?.verdict !== 'broken';
  return { ok: true, result: { revision, isNew: true }, ...(isSearched && { isSearched }) };
}

/** The program is the same, so what was found broken stays so; a good verdict ends here (J1). */
async function stillBroken(
  store: TuningDeps['store'],
  head: RevisionRow,
): Promise<PlayReport | null> {
  const { project_id: projectId, restored_from: restored } = head;
  const played = restored === null ? head : await store.revisions.resolve(projectId, restored);
  const play = played?.play ?? null;
  return play?.verdict === 'broken' ? play : null;
}
