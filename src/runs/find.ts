import type { Client } from '@temporalio/client';
import type { SearchAttributeType, TypedSearchAttributes } from '@temporalio/common';
import { SEARCH_ATTRIBUTES } from '../contracts/durable/search-attributes.js';
import type { RunSummary } from '../contracts/rows/operators.js';

/** Ids in one query: a longer one is refused. */
const IDS_AT_ONCE = 50;

/** The newest run of each id that Temporal still remembers; one query for every 50. */
export async function readRuns(
  client: Client,
  ids: readonly string[],
): Promise<Map<string, RunSummary>> {
  const found = new Map<string, RunSummary>();
  for (let at = 0; at < ids.length; at += IDS_AT_ONCE) {
    const some = ids.slice(at, at + IDS_AT_ONCE).map((id) => `'${id}'`);
    const query = `JobId IN (${some.join(', ')})`;
    for await (const run of client.workflow.list({ query })) {
      const attributes = run.typedSearchAttributes;
      const id = attributes.get(SEARCH_ATTRIBUTES.jobId);
      // The newest comes first.
      if (!id || found.has(id)) continue;
      found.set(id, {
        workflowId: run.workflowId,
        runId: run.runId,
        type: run.type,
        status: run.status.name,
        build: buildOf(attributes),
        kind: attributes.get(SEARCH_ATTRIBUTES.kind) ?? null,
        outcome: attributes.get(SEARCH_ATTRIBUTES.outcome) ?? null,
        failureKind: attributes.get(SEARCH_ATTRIBUTES.failureKind) ?? null,
      });
    }
  }
  return found;
}

const BUILD = {
  name: 'TemporalWorkerDeploymentVersion',
  type: 'KEYWORD' satisfies SearchAttributeType,
} as const;

/** The build that a run is done by, without the name of the deployment before it. */
function buildOf(attributes: TypedSearchAttributes): string | null {
  return attributes.get(BUILD)?.split(':').at(-1) ?? null;
}
