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

/** What a tool answered. */
const TOLD = /^\.messages\.\d+\.content\.\d+\.content$/;

function compare(place: string, recorded: unknown, now: unknown): string | null {
  if (PASSING.includes(place) || recorded === now) return null;
  if (TOLD.test(place) && linesInOrder(recorded) === linesInOrder(now)) return null;
  const [before, after] = [arranged(recorded), arranged(now)];
  if (!isBranch(before) || !isBranch(after) || Array.isArray(before) !== Array.isArray(after))
    return `${place.slice(1)}: recorded ${quote(before)}, now ${quote(after)}`;
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  for (const name of names) {
    const found = compare(`${place}.${name}`, before[name], after[name]);
    if (found !== null) return found;
  }
  return null;
}

/** Files are listed by their age, and those of one copy are of one age: any order is the same. */
function linesInOrder(told: unknown): unknown {
  return typeof told === 'string' ? told.split('\n').sort().join('\n') : told;
}

/**
 * Tools that run side by side are listed in the order in which they ended, and the mark of what is
 * kept stands at the last one: neither is what was asked.
 */
function arranged(value: unknown): unknown {
  if (!Array.isArray(value) || !value.some(isToolResult)) return value;
  const blocks = value as unknown[];
  const results = blocks
    .filter(isToolResult)
    .map(({ cache_control: _, ...told }) => told as ToolResult)
    .sort((one, other) => (one.tool_use_id < other.tool_use_id ? -1 : 1));
  return [...results, ...blocks.filter((block) => !isToolResult(block))];
}

type ToolResult = { readonly tool_use_id: string; readonly cache_control?: unknown };

const isToolResult = (block: unknown): block is ToolResult =>
  isBranch(block) && typeof block['tool_use_id'] === 'string';

const isBranch = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

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
