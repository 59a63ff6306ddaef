/** Address of the Temporal UI; `ui` undefined or null = unknown. */
export interface TemporalUi {
  readonly ui: string | null | undefined;
  readonly namespace: string;
}

/** The address of a workflow in the Temporal UI, of its newest run unless one is named. */
export function workflowUrl(
  { ui, namespace }: TemporalUi,
  workflowId: string,
  runId?: string,
): string | null {
  if (ui === undefined || ui === null) return null;
  const base = `${ui}/namespaces/${encodeURIComponent(namespace)}/workflows`;
  const workflow = `${base}/${encodeURIComponent(workflowId)}`;
  return runId === undefined ? workflow : `${workflow}/${runId}/history`;
}

/** A job or an action on the page of operators. */
export const operatorPageUrl = (publicUrl: string, workId: string): string =>
  `${publicUrl}/ops?job=${workId}`;
