import { z } from 'zod';
import { parsedJson } from '../../contracts/base/readable.js';
import { toSnakeCase } from '../../contracts/base/case.js';
import type { PublishData } from '../../contracts/media/publishing.js';
import { askFirst, run, type Client } from './client.js';

/** Raw row: owners can write it through PostgREST, so whatever stands there is read. */
const Row = z.object({
  project_id: z.string(),
  title: z.string().nullable(),
  description: z.string().nullable(),
  how_to_play: z.string().nullable(),
  tags: z.string().nullable(),
  visibility: z.string().nullable(),
  remix: z.string().nullable(),
  thumbnail_url: z.string().nullable(),
  updated_at: z.string().nullable(),
});
const Tags = z.array(z.string());

/** The row with decoded tags and V2's camel-case aliases (rest.md §9.1). */
const Draft = Row.transform((row) => ({
  ...row,
  tags: tagsOf(row.tags),
  howToPlay: row.how_to_play ?? '',
  thumbnailUrl: row.thumbnail_url,
}));
export type PublishDraft = z.infer<typeof Draft>;

/**
 * Table `publish_drafts`: what a player has written about a game before it is published; never a
 * version.
 */
export function publishDraftsTable(client: Client) {
  const table = () => client.from('publish_drafts');
  return {
    get: (projectId: string): Promise<PublishDraft | null> =>
      askFirst('read the draft', table().select('*').eq('project_id', projectId), Draft),

    /** Replaces these fields of the draft; a new one has the defaults of its table besides. */
    save: (projectId: string, fields: Partial<PublishData>): Promise<void> =>
      run('save the draft', table().upsert(rowOf(projectId, fields), ONE_EACH)),

    /** Makes it of these fields unless there is one. */
    begin: (projectId: string, fields: PublishData): Promise<void> => {
      const unlessThere = { ...ONE_EACH, ignoreDuplicates: true };
      return run('begin the draft', table().upsert(rowOf(projectId, fields), unlessThere));
    },
  };
}

const ONE_EACH = { onConflict: 'project_id' };

function rowOf(projectId: string, { tags, ...fields }: Partial<PublishData>) {
  return toSnakeCase({ projectId, ...fields, ...(tags && { tags: JSON.stringify(tags) }) });
}

/** Anything but a list of texts counts as none: a broken draft must not break a user's lists. */
const tagsOf = (stored: string | null): string[] => parsedJson(Tags, stored ?? '[]') ?? [];
