import type { PlayFinding, PlayInput } from '../../contracts/game/play.js';
import type { TapeFacts } from '../../contracts/game/tape.js';
import { findingOf } from '../../domain/playing/playing-words.js';
import { newLines } from '../../versions/format/diff.js';
import type { Pages } from './pages.js';

const END = '[\'"`](?:won|win|victory|clear(?:ed)?|goal)[\'"`]';
/** What sets that a game is won. */
const SETS = new RegExp(
  `[^=!<>]=\\s*${END}|\\b(?:is)?(?:won|win|cleared)\\s*=\\s*true|` +
    `\\bfinish\\(true|\\b[a-z]\\w*\\(\\s*${END}`,
  'i',
);
const HEADER = /^\s*(?:async\s+)?(?:function\s+)?([A-Za-z_$][\w$]*)\s*\([^)]*\)\s*\{/;
const ASSIGNED =
  /^\s*(?:const|let|var)\s+([A-Za-z_$][\w$]*)\s*=\s*(?:function\b|\(?[\w\s,]*\)?\s*=>)/;
const BLOCKS: ReadonlySet<string> = new Set(['if', 'for', 'while', 'switch', 'catch', 'function']);
/** What conditions of all kinds are about. */
const COMMON = /^(?:this|true|false|null|length|state|mode|phase|scene|score|game|undefined|Math)$/;
/** A condition stands so near above what it decides. */
const ABOVE = 2;
const MAX_CHARS = 120;

/** What a win depends on: lines that set it or call what does, and names in their conditions. */
interface Deciders {
  readonly lines: ReadonlySet<string>;
  readonly names: ReadonlySet<string>;
}

function decidersIn(code: readonly string[]): Deciders {
  const sets = code.flatMap((line, at) => (SETS.test(line) ? [at] : []));
  const callees = [...new Set(sets.flatMap((at) => functionAround(code, at) ?? []))];
  const calls = code.flatMap((line, at) => {
    const isCall = callees.some((name) => new RegExp(`\\b${escaped(name)}\\(`).test(line));
    return isCall && !callees.includes(headerOf(line) ?? '') ? [at] : [];
  });
  const deciding = [...sets, ...calls];
  const conditions = deciding.flatMap((at) =>
    code
      .slice(Math.max(0, at - ABOVE), at + 1)
      .flatMap((line) => /\bif\s*\((.*)\)/.exec(line) ?? []),
  );
  const words = conditions.flatMap((text) => text.match(/[A-Za-z_$][\w$]*/g) ?? []);
  return {
    lines: new Set(deciding.map((at) => code[at]?.trim() ?? '')),
    names: new Set(words.filter((word) => word.length > 3 && !COMMON.test(word))),
  };
}

const escaped = (name: string): string => name.replaceAll('$', '\\$');

function headerOf(line: string): string | null {
  const name = (HEADER.exec(line) ?? ASSIGNED.exec(line))?.[1];
  return name === undefined || BLOCKS.has(name) ? null : name;
}

function functionAround(code: readonly string[], at: number): string | null {
  const indent = (line = ''): number => line.search(/\S|$/);
  for (let above = at; above >= 0; above -= 1) {
    const name = headerOf(code[above] ?? '');
    if (name !== null && (above === at || indent(code[above]) < indent(code[at]))) return name;
  }
  return null;
}

/** Whether it is one of these lines, or sets or defines one of these names. */
function touches(line: string, { lines, names }: Deciders): boolean {
  if (lines.has(line.trim())) return true;
  const set = line.match(/[A-Za-z_$][\w$]*(?=\s*(?:[-+*/]?=(?!=)|\+\+|--))/g) ?? [];
  return [...set, headerOf(line) ?? ''].some((name) => names.has(name));
}

/** The first line by which one text differs from the other on which its win depends, if any. */
export function touchedWin(before: string, after: string): string | null {
  if (before === after) return null;
  const sides = [
    [before, after],
    [after, before],
  ] as const;
  for (const [from, to] of sides) {
    const code = to.split('\n');
    const deciders = decidersIn(code);
    const changed = newLines(from, to).flatMap((each) => code.slice(each.from - 1, each.to));
    const line = changed.find((each) => touches(each, deciders));
    if (line !== undefined) return line.trim().slice(0, MAX_CHARS);
  }
  return null;
}

/** That a change touches what its win depends on, where no run of it has come to a win. */
export async function unwonNotes(
  pages: Pick<Pages, 'scriptsOf'>,
  { parcelFile, parent, facts }: Pick<PlayInput, 'parcelFile' | 'parent'> & { facts: TapeFacts[] },
): Promise<PlayFinding[]> {
  if (parent === undefined || facts.some(({ isWon }) => isWon)) return [];
  const before = await pages.scriptsOf(parent.parcelFile);
  for (const [path, text] of await pages.scriptsOf(parcelFile)) {
    const line = touchedWin(before.get(path) ?? text, text);
    if (line !== null) return [findingOf('unwon', 'touched', line)];
  }
  return [];
}
