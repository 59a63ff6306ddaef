import { randomUUID } from 'node:crypto';
import type { Request } from 'express';
import type { ActionOutcome, ActionRef } from '../../contracts/rows/actions.js';
import { errorText } from '../../contracts/messages/message.js';
import type { PUBLISHING_ROUTES } from '../../contracts/http-routes/publishing.js';
import { actionWorkflowId, gameIdFor, publicationWorkflowId } from '../../contracts/base/ids.js';
import {
  PublishData,
  type GeneratePublishInfoInput,
  type PublishedGame,
  type PublishGameInput,
  type PublishInfo,
  type UnpublishGameInput,
} from '../../contracts/media/publishing.js';
import { PublicationGame } from '../../contracts/wire/http.js';
import type { RevisionRow } from '../../contracts/rows/rows.js';
import type { Videos } from '../../objects/videos.js';
import type { Store } from '../../store/index.js';
import type { PublishedGameRow } from '../../store/tables/published-games.js';
import {
  resultOf,
  type ActionStart,
  type ActionWorkflows,
  type FailedAction,
} from '../action-workflows.js';
import type { Answer, Call, Handlers } from '../http/mount.js';
import { Refusal, refusal } from '../http/refusal.js';
import { thumbnailHandlers, type ThumbnailDeps } from './project-thumbnail.js';
import { videoHandlers, type VideoDeps } from './project-video.js';

/** Publishing and unpublishing of one project wait for each other: for 4 others at most. */
const MAX_TURNS = 5;
/** A listing shows the project's own thumbnail; any other address of a draft is left out. */
const OWN_THUMBNAIL = (projectId: string) =>
  new RegExp(`^/api/projects/${projectId}/thumbnail(\\?.*)?$`, 'i');

interface DraftDeps {
  store: Pick<Store, 'asUser' | 'revisions' | 'publishedGames' | 'actions' | 'takedowns'>;
  actions: ActionWorkflows;
  videos: Videos;
}
export type PublishingDeps = DraftDeps & ThumbnailDeps & VideoDeps;

/**
 * The publish page: draft, texts by the model, thumbnail, video, publish and unpublish (rest.md §9,
 * §12).
 */
export function publishingHandlers(deps: PublishingDeps): Handlers<typeof PUBLISHING_ROUTES> {
  const { store, actions, videos } = deps;
  return {
    ...thumbnailHandlers(deps),
    ...videoHandlers(deps),
    // Null means "none", and the page then writes one: a failed read must not give null.
    publishDraft: async ({ user, project }) =>
      store.asUser(user.token).publishDrafts.get(project.id),
    async savePublishDraft({ user, project, body }) {
      await store.asUser(user.token).publishDrafts.save(project.id, body);
      return { success: true };
    },
    async changePublishDraft({ user, project, body }) {
      const { publishDrafts } = store.asUser(user.token);
      const before = await publishDrafts.get(project.id);
      // A device that knows of no draft sends no choice that was not made there.
      if (before === null) await publishDrafts.begin(project.id, PublishData.parse({}));
      await publishDrafts.save(project.id, body);
      const draft = await publishDrafts.get(project.id);
      const sent = Object.entries(before ?? {}).filter(([field]) => field in body);
      return draft && { ...draft, replaced: Object.fromEntries(sent) };
    },
    generatePublishInfo: async ({ req, user, project }) => {
      const actionId = randomUUID();
      const start = {
        kind: 'generatePublishInfo',
        workflowId: actionWorkflowId(actionId),
        summary: 'words for the publish page',
        input: { actionId, userId: user.id, projectId: project.id },
      } as const;
      const outcome = await actions.perform<PublishInfo, GeneratePublishInfoInput>(start, req);
      return infoAnswer(outcome);
    },
    publication: async ({ project }) => {
      const [game, head, hasVideo, takenDown] = await Promise.all([
        store.publishedGames.get(project.id),
        store.revisions.head(project.id),
        videos.hasAny(project.id),
        store.takedowns.ofProject(project.id),
      ]);
      return { hasVideo, takenDown, game: game && publicationOf(game, head) };
    },
    publish: (call) => publish(deps, call),
    unpublish: async ({ req, user, project }) => {
      const outcome = await inTurn<null, UnpublishGameInput>({ store, actions }, req, () => ({
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
      resultOf(outcome);
      return { success: true };
    },
  };
}

function publicationOf(game: PublishedGameRow, head: RevisionRow | null) {
  const { id: gameId, revision } = game;
  // A restore makes a revision of its own, with the files of the one that it restores.
  const isNewest = [head?.revision, head?.restored_from].includes(revision);
  return PublicationGame.parse({ ...game, gameId, isNewest, url: pageOf(gameId) });
}

async function publish(
  { store, actions }: DraftDeps,
  { req, user, project, body: sent }: Call<(typeof PUBLISHING_ROUTES)['publish']>,
): Promise<Answer<(typeof PUBLISHING_ROUTES)['publish']>> {
  const projectId = project.id;
  const drafts = store.asUser(user.token).publishDrafts;
  const listing =
    sent.title.trim() === '' ? PublishData.safeParse(await drafts.get(projectId)).data : sent;
  if (!listing || listing.title.trim() === '') throw refusal(400, 'title is required');
  if (await store.takedowns.ofProject(projectId)) throw refusal(403, 'Game was taken down');
  const head = await store.revisions.head(projectId);
  if (!head) throw refusal(404, 'Game code not found');
  if (listing === sent) await drafts.save(projectId, sent);
  const thumbnailUrl =
    listing.thumbnailUrl !== null && OWN_THUMBNAIL(projectId).test(listing.thumbnailUrl)
      ? listing.thumbnailUrl
      : null;
  const outcome = await inTurn<PublishedGame, PublishGameInput>({ store, actions }, req, () => ({
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
  return publishedAnswer(outcome);
}

export function publishedAnswer(outcome: ActionOutcome<PublishedGame>) {
  const { gameId, revision } = resultOf(outcome);
  return { success: true as const, gameId, revision, url: pageOf(gameId) };
}

const pageOf = (gameId: string): string => `/game.html?id=${gameId}`;

/**
 * Publishing and unpublishing of one project share a workflow id. A call that meets another's run
 * waits for its end and starts its own: its row shows whether the run was its own.
 */
async function inTurn<T, I extends ActionRef>(
  { store, actions }: Pick<DraftDeps, 'store' | 'actions'>,
  req: Request,
  start: () => ActionStart<I>,
): Promise<ActionOutcome<T>> {
  for (let turn = 1; ; turn += 1) {
    const mine = { ...start(), isInTurn: true };
    const outcome = await actions.perform<T, I>(mine, req);
    const isDenied = !outcome.ok && outcome.kind === 'ACCESS_DENIED';
    if (isDenied || (await store.actions.get(mine.input.actionId)) !== null) return outcome;
    if (turn >= MAX_TURNS)
      return { ok: false, kind: 'OPERATION_FAILED', detail: 'others were first all the time' };
  }
}

export const infoAnswer = (outcome: ActionOutcome<PublishInfo>): PublishInfo =>
  resultOf(outcome, infoRefusal);

/**
 * Every failure is 500 (§9.3). V2's two literals for an invalid answer carry the model's
 * text; the others are the policy's sentences.
 */
function infoRefusal({ kind, detail }: FailedAction): Refusal {
  if (kind !== 'ModelAnswerInvalid')
    return new Refusal(500, { error: errorText(kind), code: kind });
  const [error = '', ...raw] = detail.split('\n');
  return new Refusal(500, { error, raw: raw.join('\n') });
}
