import type { Metric } from './metrics.js';

/** Under so much of its unit a difference is none. */
const SAME: Readonly<Record<Metric['unit'], number>> = {
  '%': 0.5,
  ms: 1,
  s: 0.5,
  $: 0.0005,
  ΔE: 0.5,
};

function shown({ value, unit }: Pick<Metric, 'value' | 'unit'>): string {
  if (value === null) return '–';
  if (unit === '$') return `$${value.toFixed(3)}`;
  const digits = unit === '%' ? (value === 0 || value >= 10 ? 0 : 1) : 1;
  return `${value.toFixed(digits)} ${unit}`;
}

/** The numbers of an eval as a table of Markdown. */
export function tableOf(metrics: readonly Metric[]): string {
  const rows = metrics.map((metric) => `| ${metric.name} | ${shown(metric)} | ${metric.of} |`);
  return ['| Metric | Value | Of |', '| --- | --: | --: |', ...rows].join('\n');
}

function difference(before: Metric, after: Metric): string {
  if (before.value === null || after.value === null) return '';
  const by = after.value - before.value;
  if (Math.abs(by) < SAME[after.unit]) return '=';
  const sign = by > 0 ? '+' : '−';
  const isBetter = by > 0 === (after.better === 'more');
  const size = shown({ value: Math.abs(by), unit: after.unit });
  return `${sign}${size} ${isBetter ? 'better' : 'worse'}`;
}

/** Two evals beside each other, and what is better or worse in the second. */
export function comparison(
  names: readonly [string, string],
  before: readonly Metric[],
  after: readonly Metric[],
): string {
  const rows = after.map((metric, at) => {
    const other = before[at] ?? metric;
    const counts = other.of === metric.of ? `${metric.of}` : `${other.of}, ${metric.of}`;
    const values = `${shown(other)} | ${shown(metric)}`;
    return `| ${metric.name} | ${values} | ${difference(other, metric)} | ${counts} |`;
  });
  const head = `| Metric | ${names.join(' | ')} | Difference | Of |`;
  return [head, '| --- | --: | --: | :-- | --: |', ...rows].join('\n');
}
