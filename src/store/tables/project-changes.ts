import { z } from 'zod';
import { ProjectBrief, ProjectNews } from '../../contracts/rows/projects.js';
import { QueuedLine } from '../../contracts/wire/frames.js';
import { call, type Client } from './client.js';

/** What a follower compares with what it has sent (K2). Ids are newest first. */
const ProjectChange = ProjectBrief.extend({
  ...ProjectNews.shape,
  changeNo: z.number().int(),
  jobs: z.array(z.string()),
  lines: z.array(z.string()),
  /** Messages that wait, the next one first. */
  queue: z.array(QueuedLine),
  /** The newest revision, where that is a restore: its action, and the revision it went back to. */
  restore: z.object({ id: z.string(), revision: z.string() }).nullable(),
  /** The newest revision, where that is one of saved settings: its action, and itself. */
  tuned: z.object({ id: z.string(), revision: z.string() }).nullable(),
  /** Versions that were last given a name or a bookmark, newest first. */
  marks: z.array(
    z.object({ revision: z.string(), name: z.string().nullable(), isBookmarked: z.boolean() }),
  ),
  publication: z.object({ revision: z.string(), visibility: z.string() }).nullable(),
});
export type ProjectChange = z.infer<typeof ProjectChange>;

/** A project that is gone has nothing but its id. */
export type ChangedProject = ProjectChange | { readonly id: string };

const Answer = z.array(z.union([ProjectChange, z.object({ id: z.string() }).strict()]));

/** Table `project_changes`: change numbers of projects, for the service role. */
export function projectChangesTable(client: Client) {
  return {
    /** Of these projects those that changed after the change named, or are gone. */
    since: (places: ReadonlyMap<string, number>): Promise<ChangedProject[]> => {
      const params = { ids: [...places.keys()], since: [...places.values()] };
      return call(client, 'changed_projects', params, Answer);
    },
  };
}
