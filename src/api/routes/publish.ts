import { randomUUID } from 'node:crypto';
import { Router, type Response } from 'express';
import type { ActionOutcome, ActionRef } from '../../contracts/actions.js';
import { ERROR_POLICY } from '../../contracts/errors.js';
import { actionWorkflowId, gameIdFor, publicationWorkflowId } from '../../contracts/ids.js';
import {
  PublishData,
  type GeneratePublishInfoInput,
  type PublishedGame,
  type PublishGameInput,
  type PublishInfo,
  type UnpublishGameInput,
} from '../../contracts/publishing.js';
import { orNothing, type Store } from '../../store/index.js';
import type { Actions, ActionStart } from '../actions/perform.js';
import { refuse, type Guards } from '../guards.js';
import { logOf } from '../request-log.js';

/** Calls for one project stand in line; so many others may be in front. */
const MAX_TURNS = 5;
/** A thumbnail is the project's own; whatever else a draft says is not shown to others. */
const OWN_THUMBNAIL = (projectId: string) =>
  new RegExp(`^/api/projects/${projectId}/thumbnail(\\?.*)?$`, 'i');

export interface PublishDeps {
  guards: Guards;
  store: Pick<Store, 'asUser' | 'revisions' | 'publishedGames' | 'actions'>;
  actions: Actions;
}

/** The publish page: draft, words by the model, publish and unpublish (rest.md §9.1–9.3, §12). */
export function publishRoutes({ guards, store, actions }: PublishDeps): Router {
  const router = Router();

  router.get(
    '/api/projects/:projectId/publish-draft',
    guards.projectOwner(async (_req, res, { user, project }) => {
      res.json(
        await orNothing(logOf(res), store.asUser(user.token).publishDrafts.get(project.id), null),
      );
    }),
  );

  router.put(
    '/api/projects/:projectId/publish-draft',
    guards.projectOwner(async (req, res, { user, project }) => {
      const draft = readData(res, req.body);
      if (!draft) return;
      await store.asUser(user.token).publishDrafts.save(project.id, draft);
      res.json({ success: true });
    }),
  );

  router.post(
    '/api/projects/:projectId/generate-publish-info',
    guards.projectOwner(async (_req, res, { user, project }) => {
      const actionId = randomUUID();
      const outcome = await actions.perform<PublishInfo, GeneratePublishInfoInput>({
        kind: 'generatePublishInfo',
        workflowId: actionWorkflowId(actionId),
        summary: 'words for the publish page',
        input: { actionId, userId: user.id, projectId: project.id },
      });
      if (outcome.ok) res.json(outcome.result);
      else refuseInfo(res, outcome);
    }),
  );

  router.get(
    '/api/projects/:projectId/publish',
    guards.projectOwner(async (_req, res, { project }) => {
      const game = await store.publishedGames.get(project.id);
      res.json({
        game: game && {
          gameId: game.id,
          revision: game.revision,
          visibility: game.visibility,
          url: pageOf(game.id),
          playCount: game.playCount,
          likeCount: game.likeCount,
          publishedAt: game.publishedAt,
          updatedAt: game.updatedAt,
        },
      });
    }),
  );

  router.post(
    '/api/projects/:projectId/publish',
    guards.projectOwner(async (req, res, { user, project }) => {
      const sent = readData(res, req.body);
      if (!sent) return;
      const drafts = store.asUser(user.token).publishDrafts;
      const listing = sent.title.trim() === '' ? await draftOf(drafts.get(project.id)) : sent;
      if (!listing || listing.title.trim() === '') return refuse(res, 400, 'title is required');
      const head = await store.revisions.head(project.id);
      if (!head) return refuse(res, 404, 'Game code not found');
      if (listing === sent) await drafts.save(project.id, sent);
      const thumbnailUrl =
        listing.thumbnailUrl !== null && OWN_THUMBNAIL(project.id).test(listing.thumbnailUrl)
          ? listing.thumbnailUrl
          : null;
      const outcome = await inTurn<PublishedGame, PublishGameInput>(store, actions, () => ({
        kind: 'publishGame',
        workflowId: publicationWorkflowId(project.id),
        summary: 'publish a game',
        input: {
          actionId: randomUUID(),
          userId: user.id,
          projectId: project.id,
          gameId: gameIdFor(project.id),
          revision: head.revision,
          listing: { ...listing, thumbnailUrl },
        },
      }));
      if (outcome.ok)
        res.json({
          success: true,
          gameId: outcome.result.gameId,
          revision: outcome.result.revision,
          url: pageOf(outcome.result.gameId),
        });
      else refuseOutcome(res, outcome);
    }),
  );

  router.post(
    '/api/projects/:projectId/unpublish',
    guards.projectOwner(async (_req, res, { user, project }) => {
      const outcome = await inTurn<null, UnpublishGameInput>(store, actions, () => ({
        kind: 'unpublishGame',
        workflowId: publicationWorkflowId(project.id),
        summary: 'unpublish a game',
        input: {
          actionId: randomUUID(),
          userId: user.id,
          projectId: project.id,
          gameId: gameIdFor(project.id),
        },
      }));
      if (outcome.ok) res.json({ success: true });
      else refuseOutcome(res, outcome);
    }),
  );
  return router;
}

const pageOf = (gameId: string): string => `/game.html?id=${gameId}`;

/** The body as a draft; null after it was refused with the name of the field that is wrong. */
function readData(res: Response, body: unknown): PublishData | null {
  const parsed = PublishData.safeParse(body ?? {});
  if (parsed.success) return parsed.data;
  refuse(res, 400, `Invalid ${String(parsed.error.issues[0]?.path[0] ?? 'body')}`);
  return null;
}

/** The stored draft as a listing; null when there is none, or one that could not be published. */
async function draftOf(stored: Promise<unknown>): Promise<PublishData | null> {
  const parsed = PublishData.safeParse(await stored);
  return parsed.success ? parsed.data : null;
}

/**
 * Publishing and unpublishing of one project share a workflow id. Whoever meets another's run waits
 * for its end and starts his own: his row tells whether it was his.
 */
async function inTurn<T, I extends ActionRef>(
  store: PublishDeps['store'],
  actions: Actions,
  start: () => ActionStart<I>,
): Promise<ActionOutcome<T>> {
  for (let turn = 1; ; turn += 1) {
    const mine = start();
    const outcome = await actions.perform<T, I>(mine);
    const isDenied = !outcome.ok && outcome.kind === 'ACCESS_DENIED';
    if (isDenied || turn >= MAX_TURNS || (await store.actions.get(mine.input.actionId)) !== null)
      return outcome;
  }
}

type Failed = Extract<ActionOutcome<unknown>, { ok: false }>;

function refuseOutcome(res: Response, { kind }: Failed): void {
  const { http, sentence } = ERROR_POLICY[kind];
  refuse(res, http, sentence);
}

/**
 * Every failure is 500 (§9.3). V2's two literals for an answer that is none carry what the model
 * said; the others are the policy's sentences.
 */
function refuseInfo(res: Response, { kind, detail }: Failed): void {
  if (kind !== 'ModelAnswerInvalid') return refuse(res, 500, ERROR_POLICY[kind].sentence);
  const [error = '', ...raw] = detail.split('\n');
  res.status(500).json({ error, raw: raw.join('\n') });
}
