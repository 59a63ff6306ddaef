const QUOTED_CHARS = 100;

/**
 * The first place at which two requests ask the model for different things, in words; null = for
 * the same. Names of sessions are not compared.
 */
export function differenceOf(recorded: string, now: string): string | null {
  if (recorded === now) return null;
  try {
    return compare('', JSON.parse(recorded), JSON.parse(now));
  } catch {
    return 'one of the requests is not JSON';
  }
}

/** Ids of a session and of a device; and what the key proxy makes of the limit that was asked. */
const PASSING = ['.metadata', '.max_tokens'];

function compare(place: string, before: unknown, after: unknown): string | null {
  if (PASSING.includes(place) || before === after) return null;
  if (!isBranch(before) || !isBranch(after) || Array.isArray(before) !== Array.isArray(after))
    return `${place.slice(1)}: recorded ${quote(before)}, now ${quote(after)}`;
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  for (const name of names) {
    const found = compare(`${place}.${name}`, before[name], after[name]);
    if (found !== null) return found;
  }
  return null;
}

function isBranch(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function quote(value: unknown): string {
  if (value === undefined) return 'nothing';
  return JSON.stringify(value).slice(0, QUOTED_CHARS);
}

/** The first line at which two texts differ, counted from 1. */
export function firstLine(recorded: string, now: string): string {
  const [before, after] = [recorded.split('\n'), now.split('\n')];
  let at = 0;
  while (at < before.length && before[at] === after[at]) at += 1;
  return `line ${at + 1}: recorded ${quote(before[at])}, now ${quote(after[at])}`;
}
