import { z } from 'zod';
import { ask, type Client } from './client.js';

/** Ids travel in the address of the request, whose length is limited. */
const IDS_AT_ONCE = 100;

const Rows = z.array(z.object({ project_id: z.string(), description: z.string().nullable() }));

/** Table `publish_drafts`: the descriptions of those of these projects that have a draft with one. */
export async function draftDescriptions(client: Client, projectIds: readonly string[]): Promise<Map<string, string>> {
  const batches = Array.from({ length: Math.ceil(projectIds.length / IDS_AT_ONCE) }, (_, n) => projectIds.slice(n * IDS_AT_ONCE, (n + 1) * IDS_AT_ONCE));
  const found = await Promise.all(batches.map((ids) =>
    ask('read the drafts', client.from('publish_drafts').select('project_id,description').in('project_id', ids), Rows)));
  return new Map(found.flat().flatMap((row) => (row.description === null ? [] : [[row.project_id, row.description] as const])));
}
