import { z } from 'zod';
import {
  PendingQuestion,
  ProjectPage,
  ProjectSummary,
  type ProjectFilter,
} from '../../contracts/wire/frames.js';
import { toSnakeCase } from '../../contracts/base/case.js';
import { ProjectColumns, type ProjectEdits } from '../../contracts/rows/projects.js';
import { DEFAULT_PROJECT_NAMES } from '../../domain/game/game-title.js';
import { readTimeCursor, timeCursor } from '../../domain/publishing/place-cursors.js';
import { ask, askFirst, call, type Client, existing, type Query, run } from './client.js';

/**
 * A row of `projects`. Its owner can write any JSON into `pending_question`: what is no question
 * counts as none.
 */
export const ProjectRow = ProjectColumns.extend({
  pending_question: PendingQuestion.nullable().catch(null),
});
export type ProjectRow = z.infer<typeof ProjectRow>;
const COLUMNS = Object.keys(ProjectRow.shape).join(',');

export interface ProjectPageRequest {
  readonly limit: number;
  /** `next` of the page before. */
  readonly after?: string | undefined;
  readonly filter?: ProjectFilter;
  /** A part of the name, whatever the case. */
  readonly query?: string;
}

const PageAnswer = ProjectPage.pick({ counts: true }).extend({
  projects: z.array(ProjectSummary),
});
/**
 * Table `projects`. Through a user's client it knows that user's projects only; through the service
 * role all of them.
 */
export function projectsTable(client: Client) {
  const one = (what: string, query: Query): Promise<ProjectRow | null> =>
    askFirst(what, query, ProjectRow);
  return {
    /** All of a user's projects, the one touched last first. */
    list: (userId: string): Promise<ProjectSummary[]> =>
      call(client, 'list_projects', { userId }, z.array(ProjectSummary)),

    page: (userId: string, request: ProjectPageRequest): Promise<ProjectPage> =>
      pageOfProjects(client, userId, request),

    get: (projectId: string): Promise<ProjectRow | null> =>
      one('read the project', client.from('projects').select(COLUMNS).eq('id', projectId)),

    /** Whether a user has this many projects or more. */
    hasAtLeast: (userId: string, count: number): Promise<boolean> =>
      hasAtLeast(client, userId, count),

    /** Which of these projects exist. */
    existing: (projectIds: readonly string[]): Promise<Set<string>> =>
      existing('look which projects exist', client, 'projects', projectIds),

    /** Without a name the database's own default is used. */
    async create(userId: string, name?: string): Promise<ProjectRow> {
      const query = client
        .from('projects')
        .insert({ user_id: userId, ...(name === undefined ? {} : { name }) })
        .select(COLUMNS)
        .single();
      return ask('create the project', query, ProjectRow);
    },

    /** The newest project of this name in which nothing has ever happened (K2's counter). */
    findUntouched: (userId: string, name: string): Promise<ProjectRow | null> =>
      findUntouched(client, userId, name),

    /** Null = there is no such project (any more). */
    edit: (projectId: string, fields: Partial<ProjectEdits>): Promise<ProjectRow | null> =>
      one(
        'edit the project',
        client.from('projects').update(toSnakeCase(fields)).eq('id', projectId).select(COLUMNS),
      ),

    /**
     * Gives a project its automatic name while it has the default one; null = it keeps its name, or
     * is gone.
     */
    renameIfDefault: (projectId: string, name: string): Promise<ProjectRow | null> =>
      one(
        'name the project',
        client
          .from('projects')
          .update({ name })
          .eq('id', projectId)
          .in('name', DEFAULT_PROJECT_NAMES)
          .select(COLUMNS),
      ),

    /** Keeps the last unanswered question (A2); null clears it. */
    setPendingQuestion: (projectId: string, question: PendingQuestion | null): Promise<void> =>
      run(
        'keep the question',
        client.from('projects').update({ pending_question: question }).eq('id', projectId),
      ),

    /** Gives a guest's project to a user; false = it is neither's. A repeat changes nothing. */
    adopt: (projectId: string, guestId: string, userId: string): Promise<boolean> =>
      call(client, 'adopt_project', { projectId, guestId, userId }, z.boolean()),

    /** Removes the project and all that hangs on it; nothing there is fine. */
    remove: (projectId: string): Promise<void> =>
      run('remove the project', client.from('projects').delete().eq('id', projectId)),
  };
}

async function hasAtLeast(client: Client, userId: string, count: number): Promise<boolean> {
  const ids = client.from('projects').select('id').eq('user_id', userId).order('id');
  const found = await ask(
    'count the projects',
    ids.range(count - 1, count - 1),
    z.array(z.looseObject({})),
  );
  return found.length > 0;
}

/** Empty ones are made one at a time: it is among the newest, if there is one. */
const LOOKED_AT = 10;

async function findUntouched(
  client: Client,
  userId: string,
  name: string,
): Promise<ProjectRow | null> {
  const named = client.from('projects').select(COLUMNS).eq('user_id', userId).eq('name', name);
  const newest = await ask(
    'look for an empty project',
    named.is('remixed_from', null).order('created_at', { ascending: false }).limit(LOOKED_AT),
    z.array(ProjectRow),
  );
  if (newest.length === 0) return null;
  const ids = newest.map(({ id }) => id);
  const untouched = await ask(
    'look for an untouched project',
    client.from('project_changes').select('project_id').in('project_id', ids).eq('change_no', 0),
    z.array(z.object({ project_id: z.string() })),
  );
  return newest.find(({ id }) => untouched.some((each) => each.project_id === id)) ?? null;
}

/** A page of a user's projects. An invalid cursor counts as none. */
async function pageOfProjects(
  client: Client,
  userId: string,
  { limit, after, filter = 'all', query = '' }: ProjectPageRequest,
): Promise<ProjectPage> {
  const place = after === undefined ? null : readTimeCursor(after);
  const params = { userId, limit, filter, query, before: place?.at, beforeId: place?.id };
  const { projects, counts } = await call(client, 'page_projects', params, PageAnswer);
  const last = projects.at(-1);
  const isFull = last !== undefined && projects.length === limit;
  const next = isFull ? timeCursor({ at: last.updatedAt, id: last.id }) : null;
  return { projects, counts, next };
}
