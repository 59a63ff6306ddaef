import { TakenWork, type RerunStep } from '../contracts/durable/rerun.js';

/** Events of a history, as far as what steps came to is read off them. */
export interface HistoryEvent {
  readonly eventId?: unknown;
  readonly activityTaskScheduledEventAttributes?: {
    readonly activityType?: { readonly name?: string | null } | null;
  } | null;
  readonly activityTaskCompletedEventAttributes?: {
    readonly scheduledEventId?: unknown;
    readonly result?: Payloads | null;
  } | null;
}
export interface Payloads {
  readonly payloads?: readonly { readonly data?: Uint8Array | null }[] | null;
}

/** The job has not reached the step; the message names what is missing and the alternatives. */
export class NothingToTake extends Error {
  override readonly name = 'NothingToTake';
}

/** The first value, read as JSON; undefined = there is none. */
export function firstOf(values: Payloads | null | undefined): unknown {
  const data = values?.payloads?.[0]?.data;
  return data ? JSON.parse(Buffer.from(data).toString()) : undefined;
}

/**
 * What a job had decided and made before `from`: the results of its steps, or, of a job that had
 * begun with taken work itself, that. Throws {@link NothingToTake}.
 */
export function takenBefore(
  from: Exclude<RerunStep, 'plan'>,
  events: readonly HistoryEvent[],
  earlier: TakenWork | undefined,
): TakenWork {
  const results = resultsOf(events);
  const plan = planOf(earlier?.plan ?? results('planGeneration')[0]);
  if (from === 'design') return TakenWork.parse({ plan: withoutBrief(plan) });
  const designed = withBrief(plan, results('designGame').at(-1));
  if (from === 'run') return TakenWork.parse({ plan: designed });
  const played = { ...designed, play: designed.play ?? { parent: null } };
  const candidate =
    earlier?.candidate ?? candidateOf(results('runAgent')[0], results('addSprites')[0]);
  if (from === 'play') return TakenWork.parse({ plan: played, candidate });
  const {
    screenshot: _,
    loopName: __,
    ...play
  } = reportOf(earlier?.play ?? results('playGame')[0]);
  return TakenWork.parse({ plan: played, candidate, play });
}

/** What each step of a name came to, in the order in which they ended. */
function resultsOf(events: readonly HistoryEvent[]): (step: string) => unknown[] {
  const names = new Map(
    events.map(({ eventId, activityTaskScheduledEventAttributes: scheduled }) => [
      String(eventId),
      scheduled?.activityType?.name,
    ]),
  );
  return (step) =>
    events.flatMap(({ activityTaskCompletedEventAttributes: completed }) =>
      completed && names.get(String(completed.scheduledEventId)) === step
        ? [firstOf(completed.result)]
        : [],
    );
}

type Plan = TakenWork['plan'];

function planOf(result: unknown): Plan {
  const kind = (result as { kind?: string } | undefined)?.kind;
  if (kind === undefined)
    throw new NothingToTake('It ended before it was planned: do it without --from.');
  if (kind !== 'generate')
    throw new NothingToTake(
      `It was to make no game (${kind}): there is nothing to take; do it without --from.`,
    );
  return result as Plan;
}

/** Of a change nothing was designed. A job that had begun with its brief is designed anew. */
function withoutBrief(plan: Plan): Plan {
  const { brief, ...spec } = plan.spec;
  return brief === undefined || plan.design ? plan : { ...plan, spec, design: brief.by };
}

function withBrief({ design, ...plan }: Plan, brief: unknown): Plan {
  if (design === undefined) return plan;
  if (brief === undefined)
    throw new NothingToTake('It ended before its game was designed: do it --from design.');
  return { ...plan, spec: { ...plan.spec, brief: brief as NonNullable<Plan['spec']['brief']> } };
}

/** With the sprites that were put into it. */
function candidateOf(result: unknown, withSprites: unknown): unknown {
  if (result === undefined) return { revision: null, summary: '', suggestions: [] };
  if ((result as { kind?: unknown }).kind !== 'candidate')
    throw new NothingToTake('Its run answered in words and made nothing: do it --from run.');
  return { ...result, ...(withSprites as { revision: string } | undefined) };
}

function reportOf(result: unknown): { screenshot?: string; loopName?: string } {
  if (result === undefined)
    throw new NothingToTake('What it had made was not played: do it --from play.');
  return result as { screenshot?: string; loopName?: string };
}
