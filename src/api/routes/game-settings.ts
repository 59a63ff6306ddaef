import { randomUUID } from 'node:crypto';
import { Router, type Response } from 'express';
import type { ActionEnd } from '../../contracts/actions.js';
import { endOfAction } from '../../contracts/rows.js';
import { CODED_MESSAGES, ERROR_POLICY, unavailable } from '../../contracts/errors.js';
import { errorText } from '../../contracts/messages/message.js';
import {
  SettingsBody,
  TunedVersion,
  type Setting,
  type SettingsRequest,
  type TuneOutcome,
} from '../../contracts/settings.js';
import { refusedValue, settingsOf } from '../../domain/game-settings.js';
import type { Store } from '../../store/index.js';
import type { ProjectRow } from '../../store/tables/projects.js';
import type { Admitted, Admitter } from '../admission.js';
import type { Games } from '../games/current-game.js';
import { refuse, type Guards } from '../guards/route-guards.js';
import { takeBody } from '../http/json-bodies.js';

export interface GameSettingsDeps {
  guards: Guards;
  store: Pick<Store, 'actions' | 'activityLog'>;
  games: Games;
  admitter: Pick<Admitter, 'admit'>;
}

/** What a game lets its owner tune, and saving that as a version, as the project's writer. */
export function gameSettingsRoutes(deps: GameSettingsDeps): Router {
  const { guards, games } = deps;
  const router = Router();
  router.get(
    '/api/projects/:projectId/settings',
    guards.projectOwner(async (_req, res, { project }) => {
      res.json({ settings: await declared(games, project.id) });
    }),
  );
  router.put(
    '/api/projects/:projectId/settings',
    guards.projectOwner(async (req, res, { project }) => {
      const body = SettingsBody.safeParse(takeBody(req));
      if (body.success) await save(deps, res, project, body.data);
      else refuse(res, 400, 'Invalid settings');
    }),
  );
  return router;
}

async function declared(games: Games, projectId: string): Promise<Setting[]> {
  const html = await (await games.open(projectId))?.read('index.html');
  return html ? settingsOf(html) : [];
}

async function save(
  deps: GameSettingsDeps,
  res: Response,
  { id: projectId, user_id: userId }: ProjectRow,
  { actionId: name, values }: SettingsRequest,
): Promise<void> {
  const actionId = (name ?? randomUUID()).toLowerCase();
  const earlier = name === undefined ? null : await deps.store.actions.get(actionId);
  if (earlier && (earlier.user_id !== userId || earlier.project_id !== projectId))
    return refuse(res, 403, 'Access denied');
  // What was asked before is answered as it was, whatever goes on by now (H1).
  const end = earlier && endOfAction(earlier);
  if (end) return answer(res, outcomeOfEnd(end));

  const refused = refusedValue(await declared(deps.games, projectId), values);
  if (refused !== null) return refuseValue(res, refused);
  const input = { actionId, messageId: actionId, userId, projectId, values };
  const admitted = await deps.admitter.admit({ kind: 'tune', input });
  if (admitted.kind === 'answered' && admitted.answer.kind === 'tune') {
    const { outcome } = admitted.answer;
    if (outcome.ok && outcome.result.isNew)
      deps.store.activityLog.write({
        action: 'tune',
        targetType: 'project',
        targetId: projectId,
        userId,
        details: outcome.result.revision,
      });
    return answer(res, outcome);
  }
  answerWithout(res, admitted);
}

/** Somebody else's work was met, or nobody could be asked. */
function answerWithout(res: Response, admitted: Admitted): void {
  if (admitted.kind === 'answered' && admitted.answer.kind === 'generate') {
    const code = 'JOB_ALREADY_ACTIVE';
    return void res.status(409).json({ error: CODED_MESSAGES[code], code });
  }
  const isGone = admitted.kind === 'answered' && admitted.answer.kind === 'delete';
  if (isGone || (admitted.kind === 'refused' && admitted.code === 'ACCESS_DENIED'))
    return refuse(res, 403, 'Access denied');
  throw unavailable('the writer of the project does not answer');
}

function outcomeOfEnd(end: ActionEnd): TuneOutcome {
  if (end.ended === 'completed') {
    const result = TunedVersion.safeParse(end.result);
    return result.success
      ? { ok: true, result: result.data }
      : { ok: false, kind: 'ACCESS_DENIED', detail: 'the action was of another kind' };
  }
  return end.ended === 'failed'
    ? { ok: false, kind: end.kind, detail: end.detail }
    : { ok: false, kind: 'RunCancelled', detail: '' };
}

function answer(res: Response, outcome: TuneOutcome): void {
  if (outcome.ok) {
    const { revision, isNew } = outcome.result;
    return void res.json({ success: true, revision, changed: isNew });
  }
  if (outcome.kind === 'SettingRefused') return refuseValue(res, outcome.detail);
  const { http } = ERROR_POLICY[outcome.kind];
  refuse(res, http, errorText(outcome.kind));
}

function refuseValue(res: Response, name: string): void {
  res.status(400).json({ error: 'Invalid setting', name });
}
