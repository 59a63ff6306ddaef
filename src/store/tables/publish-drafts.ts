import { z } from 'zod';
import type { PublishData } from '../../contracts/publishing.js';
import { ask, run, type Client } from './client.js';

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
export type PublishDraft = Omit<z.infer<typeof Row>, 'tags'> & {
  tags: string[];
  howToPlay: string;
  thumbnailUrl: string | null;
};

export type PublishDrafts = ReturnType<typeof publishDraftsTable>;

/**
 * Table `publish_drafts`: what a player has written about a game before it is published; never a
 * version.
 */
export function publishDraftsTable(client: Client) {
  return {
    async get(projectId: string): Promise<PublishDraft | null> {
      const [row] = await ask(
        'read the draft',
        client.from('publish_drafts').select('*').eq('project_id', projectId),
        z.array(Row),
      );
      return row
        ? {
            ...row,
            tags: tagsOf(row.tags),
            howToPlay: row.how_to_play ?? '',
            thumbnailUrl: row.thumbnail_url,
          }
        : null;
    },

    /** Replaces the whole draft. */
    save: (projectId: string, draft: PublishData): Promise<void> =>
      run(
        'save the draft',
        client.from('publish_drafts').upsert(
          {
            project_id: projectId,
            title: draft.title,
            description: draft.description,
            how_to_play: draft.howToPlay,
            tags: JSON.stringify(draft.tags),
            visibility: draft.visibility,
            remix: draft.remix,
            thumbnail_url: draft.thumbnailUrl,
          },
          { onConflict: 'project_id' },
        ),
      ),
  };
}

/**
 * A text that is no list of texts counts as none: one broken draft must not break a user's lists.
 */
function tagsOf(stored: string | null): string[] {
  try {
    return Tags.parse(JSON.parse(stored ?? '[]'));
  } catch {
    return [];
  }
}
