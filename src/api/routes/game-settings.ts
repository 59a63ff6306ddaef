import { randomUUID } from 'node:crypto';
import type { ActionEnd } from '../../contracts/rows/actions.js';
import { unavailable } from '../../contracts/base/errors.js';
import type { PROJECT_ROUTES } from '../../contracts/http-routes/projects.js';
import { endOfAction } from '../../contracts/rows/rows.js';
import {
  TunedVersion,
  type Setting,
  type SettingsRequest,
  type TuneOutcome,
} from '../../contracts/game/settings.js';
import { refusedValue, settingsOf } from '../../domain/game/game-settings.js';
import type { Store } from '../../store/index.js';
import type { ProjectRow } from '../../store/tables/projects.js';
import type { Admitted, Admitter } from '../admission.js';
import type { Games } from '../games/current-game.js';
import { outcomeOfEnd, resultOf } from '../action-workflows.js';
import type { Answer, Handlers } from '../http/mount.js';
import { limitRefusal, Refusal, refusal, refusalOf } from '../http/refusal.js';

export interface GameSettingsDeps {
  store: Pick<Store, 'actions' | 'activityLog'>;
  games: Games;
  admitter: Pick<Admitter, 'admit'>;
}

type SettingsRoutes = Pick<typeof PROJECT_ROUTES, 'settings' | 'saveSettings'>;
type Saved = Answer<SettingsRoutes['saveSettings']>;

/** What a game lets its owner tune, and saving that as a version, as the project's writer. */
export function gameSettingsHandlers(deps: GameSettingsDeps): Handlers<SettingsRoutes> {
  return {
    settings: async ({ project }) => ({ settings: await declared(deps.games, project.id) }),
    saveSettings: ({ project, body }) => save(deps, project, body),
  };
}

async function declared(games: Games, projectId: string): Promise<Setting[]> {
  const html = await (await games.open(projectId))?.read('index.html');
  return html ? settingsOf(html) : [];
}

async function save(
  deps: GameSettingsDeps,
  { id: projectId, user_id: userId }: ProjectRow,
  { actionId: name, values }: SettingsRequest,
): Promise<Saved> {
  const actionId = (name ?? randomUUID()).toLowerCase();
  const earlier = name === undefined ? null : await deps.store.actions.get(actionId);
  if (earlier && (earlier.user_id !== userId || earlier.project_id !== projectId))
    throw refusal(403, 'Access denied');
  // A repeated call is answered as the first one, whatever runs by now (H1).
  const end = earlier && endOfAction(earlier);
  if (end) return answer(tunedBy(end));

  const refused = refusedValue(await declared(deps.games, projectId), values);
  if (refused !== null) throw refusedSetting(refused);
  const input = { actionId, messageId: actionId, userId, projectId, values };
  const admitted = await deps.admitter.admit({ kind: 'tune', input });
  if (admitted.kind === 'answered' && admitted.answer.kind === 'tune') {
    const { outcome } = admitted.answer;
    if (outcome.ok && outcome.result.isNew)
      deps.store.activityLog.ofProject('tune', projectId, userId, outcome.result.revision);
    return answer(outcome);
  }
  throw refusalWithout(admitted);
}

/** Another writer was met, or none answers. */
function refusalWithout(admitted: Admitted): Error {
  if (admitted.kind === 'answered' && admitted.answer.kind === 'generate') {
    const code = 'JOB_ALREADY_ACTIVE';
    return limitRefusal(code);
  }
  const isGone = admitted.kind === 'answered' && admitted.answer.kind === 'delete';
  return isGone || (admitted.kind === 'refused' && admitted.code === 'ACCESS_DENIED')
    ? refusal(403, 'Access denied')
    : unavailable('the writer of the project does not answer');
}

function tunedBy(end: ActionEnd): TuneOutcome {
  const outcome = outcomeOfEnd(end);
  if (!outcome.ok) return outcome;
  const result = TunedVersion.safeParse(outcome.result);
  return result.success
    ? { ok: true, result: result.data }
    : { ok: false, kind: 'ACCESS_DENIED', detail: 'the action was of another kind' };
}

function answer(outcome: TuneOutcome): Saved {
  const { revision, isNew } = resultOf(outcome, ({ kind, detail }) =>
    kind === 'SettingRefused' ? refusedSetting(detail) : refusalOf(kind),
  );
  return { success: true, revision, changed: isNew };
}

const refusedSetting = (name: string) => new Refusal(400, { error: 'Invalid setting', name });
