import type { StepResult } from './test-step.js';

type Result = Pick<StepResult, 'step' | 'seconds' | 'processor' | 'passed' | 'failed' | 'problem'>;
/** Seconds of processor by step; `total` is of all steps. */
type Budget = Readonly<Record<string, number>>;

const processorTotal = (results: readonly Result[]): number =>
  results.reduce((sum, { processor }) => sum + (processor ?? 0), 0);

/** By step: how long it took, what its processes worked on all cores together, what it may. */
export function resultTable(
  results: readonly Result[],
  totalSeconds: number,
  budget: Budget,
): string {
  const row = (name: string, seconds: number, processor: number | null, text = ''): string => {
    const allowed = budget[name] === undefined ? '' : ` of ${budget[name].toFixed(0)}`;
    const used = `${(processor?.toFixed(1) ?? '–').padStart(8)}${allowed.padEnd(8)}`;
    const columns = [name.padEnd(20), `${seconds.toFixed(1).padStart(7)} s`, used];
    return `${columns.join('')} s of processor  ${text}`.trimEnd();
  };
  const rows = results.map(({ step, seconds, processor, passed, failed, problem }) => {
    const counts = step.startsWith('test:') ? `  ${passed} passed, ${failed} failed` : '';
    return row(step, seconds, processor, `${problem ? 'FAILED' : 'ok    '}${counts}`);
  });
  return [...rows, row('total', totalSeconds, processorTotal(results))].join('\n');
}

/** One line for each step, and for all, that worked longer than the budget allows. */
export function overBudget(results: readonly Result[], budget: Budget): string[] {
  const all = [...results, { step: 'total', processor: processorTotal(results) }];
  return all.flatMap(({ step, processor }) => {
    const allowed = budget[step] ?? Infinity;
    return (processor ?? 0) > allowed
      ? [`${step} worked ${processor?.toFixed(0)} s of processor of ${allowed.toFixed(0)}`]
      : [];
  });
}
