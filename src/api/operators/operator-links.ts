import type { Config } from '../../config.js';
import { gameIdFor, streamWorkflowId } from '../../contracts/base/ids.js';
import type { WriterKind } from '../../contracts/durable/workflows.js';
import { operatorPageUrl, workflowUrl } from '../../runs/links.js';

type Addresses = 'PUBLIC_URL' | 'TEMPORAL_UI_URL' | 'TRACE_URL_TEMPLATE';
/** What links for operators are made of. */
export type OperatorPlaces = Pick<Config, Addresses> & {
  readonly namespace: string;
};

/** The work that a workflow does on a project. */
export interface LinkedWork {
  readonly kind: WriterKind;
  readonly workId: string;
  readonly userId: string;
  readonly projectId: string;
  /** The trace that the work belongs to; null = it is not traced. */
  readonly traceId: string | null;
}

/**
 * Where an operator goes on from the workflow, as Markdown. Ids alone stand in it: no word of a
 * user's is rendered.
 */
export function operatorLinks(places: OperatorPlaces, work: LinkedWork): string {
  const { kind, workId, userId, projectId } = work;
  const base = places.PUBLIC_URL;
  const editor = `[editor](${base}/project/${projectId})`;
  const play = `[play page](${base}/play/${gameIdFor(projectId)}), once published`;
  const lines = [
    `- project: \`${projectId}\``,
    `- user: \`${userId}\``,
    `- ${kind === 'generate' ? 'job' : 'action'}: \`${workId}\``,
    ...(kind === 'delete' ? [] : [`- game: ${editor}, ${play}`]),
    ...(kind === 'generate' ? [`- stream: ${streamLink(places, workId)}`] : []),
    `- operators: [what can be done](${operatorPageUrl(base, workId)})`,
    `- story: \`npx dreamcore show ${workId}\``,
    ...traceLines(places, work),
    ...(kind === 'generate' ? recordingLines(projectId, workId) : []),
  ];
  return lines.join('\n');
}

/** A name that the UI's own search finds, where the UI's address is unknown. */
function streamLink({ TEMPORAL_UI_URL: ui, namespace }: OperatorPlaces, jobId: string): string {
  const id = streamWorkflowId(jobId);
  const url = workflowUrl({ ui, namespace }, id);
  return url === null ? `\`${id}\`` : `[${id}](${url})`;
}

function traceLines(
  { TRACE_URL_TEMPLATE: template }: OperatorPlaces,
  { traceId }: LinkedWork,
): string[] {
  if (traceId === null) return [];
  const url = template?.replaceAll('{traceId}', traceId);
  return [url === undefined ? `- trace: \`${traceId}\`` : `- trace: [${traceId}](${url})`];
}

function recordingLines(projectId: string, jobId: string): string[] {
  return [
    `- recordings: \`recordings/${projectId}/${jobId}/\`, ` +
      `again with their answers: \`npx dreamcore rerun ${jobId} --recorded\``,
  ];
}
