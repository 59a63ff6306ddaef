import { randomUUID } from 'node:crypto';
import { Router, type Request, type Response } from 'express';
import type { ActionOutcome, ActionRef } from '../../contracts/actions.js';
import { ERROR_POLICY } from '../../contracts/errors.js';
import { errorText } from '../../contracts/messages/message.js';
import { actionWorkflowId, gameIdFor, publicationWorkflowId } from '../../contracts/ids.js';
import {
  PublishData,
  type GeneratePublishInfoInput,
  type PublishedGame,
  type PublishGameInput,
  type PublishInfo,
  type UnpublishGameInput,
} from '../../contracts/publishing.js';
import type { Videos } from '../../store/files/videos.js';
import type { Store } from '../../store/index.js';
import type { ActionWorkflows, ActionStart } from '../action-workflows.js';
import type { Identity } from '../guards/auth.js';
import { refuse, refusedByLimit, type Guards } from '../guards/route-guards.js';
import { takeBody } from '../http/json-bodies.js';

/** Publishing and unpublishing of one project wait for each other: for so many others at most. */
const MAX_TURNS = 5;
/** A listing shows the project's own thumbnail; any other address of a draft is left out. */
const OWN_THUMBNAIL = (projectId: string) =>
  new RegExp(`^/api/projects/${projectId}/thumbnail(\\?.*)?$`, 'i');

export interface PublishingDeps {
  guards: Guards;
  store: Pick<Store, 'asUser' | 'revisions' | 'publishedGames' | 'actions' | 'takedowns'>;
  actions: ActionWorkflows;
  videos: Pick<Videos, 'hasAny'>;
}

/** The publish page: draft, texts by the model, publish and unpublish (rest.md §9.1–9.3, §12). */
export function publishingRoutes(deps: PublishingDeps): Router {
  const router = Router();
  addDraftRoutes(router, deps);
  addTextRoute(router, deps);
  addPublicationRoutes(router, deps);
  return router;
}

function addDraftRoutes(router: Router, { guards, store }: PublishingDeps): void {
  router.get(
    '/api/projects/:projectId/publish-draft',
    guards.projectOwner(async (_req, res, { user, project }) => {
      // Null means "none", and the page then writes one: a failed read must not say that.
      res.json(await store.asUser(user.token).publishDrafts.get(project.id));
    }),
  );

  router.put(
    '/api/projects/:projectId/publish-draft',
    guards.projectOwner(async (req, res, { user, project }) => {
      const draft = readData(res, takeBody(req));
      if (!draft) return;
      await store.asUser(user.token).publishDrafts.save(project.id, draft);
      res.json({ success: true });
    }),
  );
}

function addTextRoute(router: Router, { guards, actions }: PublishingDeps): void {
  router.post(
    '/api/projects/:projectId/generate-publish-info',
    guards.projectOwner(async (req, res, { user, project }) => {
      takeBody(req);
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
}

function addPublicationRoutes(router: Router, deps: PublishingDeps): void {
  const { guards, store, actions, videos } = deps;
  router.get(
    '/api/projects/:projectId/publish',
    guards.projectOwner(async (_req, res, { user, project }) => {
      const [game, head, hasVideo, takenDown] = await Promise.all([
        store.publishedGames.get(project.id),
        store.revisions.head(project.id),
        videos.hasAny(user.id, project.id),
        store.takedowns.ofProject(project.id),
      ]);
      res.json({
        hasVideo,
        takenDown,
        game: game && {
          gameId: game.id,
          revision: game.revision,
          // A restore makes a revision of its own, with the files of the one that it restores.
          isNewest: [head?.revision, head?.restored_from].includes(game.revision),
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
    guards.projectOwner((req, res, { user, project }) =>
      publish(deps, req, res, { user, projectId: project.id }),
    ),
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
}

async function publish(
  { store, actions }: PublishingDeps,
  req: Request,
  res: Response,
  { user, projectId }: { user: Identity; projectId: string },
): Promise<void> {
  const sent = readData(res, takeBody(req));
  if (!sent) return;
  const drafts = store.asUser(user.token).publishDrafts;
  const listing = sent.title.trim() === '' ? await draftOf(drafts.get(projectId)) : sent;
  if (!listing || listing.title.trim() === '') return refuse(res, 400, 'title is required');
  if (await store.takedowns.ofProject(projectId)) return refuse(res, 403, 'Game was taken down');
  const head = await store.revisions.head(projectId);
  if (!head) return refuse(res, 404, 'Game code not found');
  if (listing === sent) await drafts.save(projectId, sent);
  const thumbnailUrl =
    listing.thumbnailUrl !== null && OWN_THUMBNAIL(projectId).test(listing.thumbnailUrl)
      ? listing.thumbnailUrl
      : null;
  const outcome = await inTurn<PublishedGame, PublishGameInput>(store, actions, () => ({
    kind: 'publishGame',
    workflowId: publicationWorkflowId(projectId),
    summary: 'publish a game',
    input: {
      actionId: randomUUID(),
      userId: user.id,
      projectId,
      gameId: gameIdFor(projectId),
      revision: head.revision,
      listing: { ...listing, thumbnailUrl },
    },
  }));
  if (!outcome.ok) return refuseOutcome(res, outcome);
  const { gameId, revision } = outcome.result;
  res.json({ success: true, gameId, revision, url: pageOf(gameId) });
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
  store: PublishingDeps['store'],
  actions: ActionWorkflows,
  start: () => ActionStart<I>,
): Promise<ActionOutcome<T>> {
  for (let turn = 1; ; turn += 1) {
    const mine = start();
    const outcome = await actions.perform<T, I>(mine);
    const isDenied = !outcome.ok && outcome.kind === 'ACCESS_DENIED';
    if (isDenied || (await store.actions.get(mine.input.actionId)) !== null) return outcome;
    if (turn >= MAX_TURNS)
      return { ok: false, kind: 'OPERATION_FAILED', detail: 'others were first all the time' };
  }
}

type Failed = Extract<ActionOutcome<unknown>, { ok: false }>;

function refuseOutcome(res: Response, { kind }: Failed): void {
  const { http } = ERROR_POLICY[kind];
  refuse(res, http, errorText(kind));
}

/**
 * Every other failure is 500 (§9.3). V2's two literals for an answer that is none carry what the
 * model said; the others are the policy's sentences.
 */
function refuseInfo(res: Response, { kind, detail }: Failed): void {
  if (refusedByLimit(res, kind)) return;
  if (kind !== 'ModelAnswerInvalid') return refuse(res, 500, errorText(kind));
  const [error = '', ...raw] = detail.split('\n');
  res.status(500).json({ error, raw: raw.join('\n') });
}
