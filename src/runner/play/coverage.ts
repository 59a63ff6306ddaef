import { textOf } from '../../versions/format/diff.js';
import { openParcelFile } from '../../versions/format/parcel.js';
import { readPage } from '../candidate/html.js';

/** Lines of a file, from 1, both included. */
export interface Lines {
  readonly file: string;
  readonly from: number;
  readonly to: number;
}

/** The browser's answer about one script: ranges of characters, inner ones after outer ones. */
export interface CoveredScript {
  readonly url: string;
  readonly functions: readonly {
    readonly ranges: readonly { startOffset: number; endOffset: number; count: number }[];
  }[];
}

/** The browser's own measure: whether each block ran, since it began or was taken last. */
export interface Coverable {
  send(method: 'Profiler.enable'): Promise<unknown>;
  send(
    method: 'Profiler.startPreciseCoverage',
    given: { callCount: boolean; detailed: boolean },
  ): Promise<unknown>;
  send(method: 'Profiler.takePreciseCoverage'): Promise<{ result: readonly CoveredScript[] }>;
}

/** A script of the game's own, in a file of its own or in a page. */
interface Source {
  readonly file: string;
  readonly firstLine: number;
  readonly text: string;
  /** For each character whether it ran in any run. */
  readonly ran: Uint8Array;
}

const PAGE = 'index.html';
const MAX_CODE_CHARS = 80;
const SCRIPT = /\.m?js$/i;

/** Begins to measure what the page of a session runs; it is done before the game is loaded. */
export async function startCoverage(session: Coverable): Promise<void> {
  await session.send('Profiler.enable');
  await session.send('Profiler.startPreciseCoverage', { callCount: false, detailed: true });
}

/** The page and the scripts of a version, by their paths. */
export type Scripts = ReadonlyMap<string, string>;

/** Whether any script of a game has what this stands for. */
export const mentions = (scripts: Scripts, what: RegExp): boolean =>
  [...scripts.values()].some((text) => what.test(text));

/** Those of the version in a parcel. */
export async function scriptsIn(parcelFile: string): Promise<Scripts> {
  const parcel = await openParcelFile(parcelFile);
  const texts = new Map<string, string>();
  for (const { path } of parcel.manifest.files) {
    if (path !== PAGE && !SCRIPT.test(path)) continue;
    const bytes = await parcel.read(path);
    const text = bytes && textOf(bytes);
    if (text) texts.set(path, text);
  }
  return texts;
}

/** Code that wins a game or shows a win. */
export const WIN = new RegExp(
  '\\b(?:won|wins?|winner|isWon|victory)\\b|[\'"`](?:clear(?:ed)?|goal)[\'"`]|\\bfinish\\(true|' +
    'クリア|勝ち|勝利',
  'i',
);

/** Which lines of a game's own scripts ran in any of several runs (P3). */
export class Coverage {
  private readonly sources: readonly Source[];
  private readonly functions = new Set<string>();

  /** `files`: as {@link scriptsIn} reads them; nothing of them has run yet. */
  constructor(files: ReadonlyMap<string, string>) {
    this.sources = [...files].flatMap(([file, text]) => {
      if (SCRIPT.test(file)) return [sourceOf(file, text, 1)];
      if (file !== PAGE) return [];
      return readPage(text)
        .scripts.filter(({ src, type }) => src === null && /^(?:classic|module)$/.test(type))
        .map(({ code, line }) => sourceOf(file, code, line));
    });
  }

  /** Functions that ran in any run. */
  get functionsRun(): number {
    return this.functions.size;
  }

  /** Adds what ran in one run; `fileOf`: the game's file at an address, null = none of its own. */
  add(scripts: readonly CoveredScript[], fileOf: (url: string) => string | null): void {
    const seen = new Map<Source, number>();
    for (const { url, functions } of scripts) {
      const file = fileOf(url);
      const length = Math.max(0, ...(functions[0]?.ranges ?? []).map(({ endOffset }) => endOffset));
      // Of the scripts of a page only their lengths are known: equal ones come in their order.
      const all = this.sources.filter(
        (each) => each.file === file && (file !== PAGE || each.text.length === length),
      );
      const [source] = all.toSorted((one, other) => (seen.get(one) ?? 0) - (seen.get(other) ?? 0));
      if (source === undefined) continue;
      seen.set(source, (seen.get(source) ?? 0) + 1);
      this.addTo(source, functions);
    }
  }

  /** Lines of which nothing ran in any run. */
  neverRan(): Lines[] {
    return this.sources.flatMap(({ file, firstLine, text, ran }) => {
      const lines: Lines[] = [];
      let at = 0;
      for (const [index, line] of text.split('\n').entries()) {
        const number = firstLine + index;
        const isIdle = line.trim() !== '' && !ran.subarray(at, at + line.length).includes(1);
        const last = lines.at(-1);
        if (isIdle && last?.to === number - 1) lines[lines.length - 1] = { ...last, to: number };
        else if (isIdle) lines.push({ file, from: number, to: number });
        at += line.length + 1;
      }
      return lines;
    });
  }

  /** Code of lines that fits, of which none ran in any run: `<file>:<line>: <code>`. */
  idle(pattern: RegExp): string[] {
    return this.sources.flatMap(({ file, firstLine, text, ran }) => {
      let at = 0;
      return text.split('\n').flatMap((line, index) => {
        const code = line
          .split('')
          .map((char, each) => (ran[at + each] ? ' ' : char))
          .join('');
        at += line.length + 1;
        const found = pattern.exec(code)?.index;
        if (found === undefined) return [];
        const from = Math.max(0, found - MAX_CODE_CHARS / 2);
        const shown = code.slice(from, from + MAX_CODE_CHARS).trim();
        return [`${file}:${firstLine + index}: ${shown}`];
      });
    });
  }

  private addTo(source: Source, functions: CoveredScript['functions']): void {
    const now = new Uint8Array(source.text.length);
    for (const { ranges } of functions)
      for (const { startOffset, endOffset, count } of ranges)
        now.fill(count > 0 ? 1 : 0, startOffset, endOffset);
    for (const { ranges } of functions)
      if ((ranges[0]?.count ?? 0) > 0)
        this.functions.add(`${source.file}:${source.firstLine}:${ranges[0]?.startOffset}`);
    now.forEach((isRun, at) => {
      source.ran[at] ||= isRun;
    });
  }
}

function sourceOf(file: string, text: string, firstLine: number): Source {
  return { file, text, firstLine, ran: new Uint8Array(text.length) };
}
