import { parse as parseScript } from 'acorn';
import {
  html as spec,
  parse as parseHtml,
  type DefaultTreeAdapterTypes as Tree,
  type ParserError,
} from 'parse5';

export interface ScriptTag {
  /** Address of a script outside the page; null for an inline one. */
  readonly src: string | null;
  readonly type: 'classic' | 'module' | 'json' | 'data';
  readonly code: string;
  readonly line: number;
}

export interface PageReading {
  readonly scripts: readonly ScriptTag[];
  /** Why the page is cut or malformed beyond what browsers mend; null = it is whole. */
  readonly defect: string | null;
}

const CLASSIC_TYPES = new Set([
  '',
  'text/javascript',
  'application/javascript',
  'text/ecmascript',
  'application/ecmascript',
]);
const JSON_TYPES = new Set([
  'importmap',
  'speculationrules',
  'application/json',
  'application/ld+json',
]);

/** Parses a page as a browser would, and returns where it was cut off. */
export function readPage(html: string): PageReading {
  const errors: ParserError[] = [];
  const document = parseHtml(html, {
    sourceCodeLocationInfo: true,
    onParseError: (error) => errors.push(error),
  });
  const scripts: ScriptTag[] = [];
  let unclosed: string | null = null;
  walk(document, (element) => {
    const isOpen = !element.sourceCodeLocation?.endTag;
    if (
      ['script', 'style', 'title', 'textarea'].includes(element.tagName) &&
      element.sourceCodeLocation &&
      isOpen
    )
      unclosed ??= element.tagName;
    if (element.tagName === 'script') scripts.push(scriptTag(element));
  });
  const cut = errors.find((error) => error.code.startsWith('eof-in-'));
  const defect =
    unclosed !== null
      ? `<${String(unclosed)}> is never closed`
      : cut
        ? `the page ends inside a tag or comment (line ${cut.startLine})`
        : null;
  return { scripts, defect };
}

function walk(node: Tree.ParentNode, visit: (element: Tree.Element) => void): void {
  for (const child of node.childNodes) {
    if (!('tagName' in child)) continue;
    // Scripts of other vocabularies (an SVG's) and inert templates do not run with the page.
    if (child.namespaceURI === spec.NS.HTML) visit(child);
    walk(child, visit);
  }
}

function scriptTag(element: Tree.Element): ScriptTag {
  const attribute = (name: string): string | null =>
    element.attrs.find((attr) => attr.name === name)?.value ?? null;
  const type = (attribute('type') ?? '').trim().toLowerCase();
  const code = element.childNodes.map((child) => ('value' in child ? child.value : '')).join('');
  const line = element.sourceCodeLocation?.startLine ?? 0;
  const kind =
    type === 'module'
      ? 'module'
      : CLASSIC_TYPES.has(type)
        ? 'classic'
        : JSON_TYPES.has(type)
          ? 'json'
          : 'data';
  return { src: attribute('src'), type: kind, code, line };
}

/** Why this code cannot run, or null when it compiles. `line` is where it starts in its file. */
export function compileError(code: string, type: ScriptTag['type'], line = 1): string | null {
  if (type === 'data') return null;
  try {
    if (type === 'json') JSON.parse(code);
    else
      parseScript(code, {
        ecmaVersion: 'latest',
        sourceType: type === 'module' ? 'module' : 'script',
        allowHashBang: true,
      });
    return null;
  } catch (error) {
    const at =
      error instanceof SyntaxError && 'loc' in error ? (error.loc as { line: number }).line - 1 : 0;
    // The parser counts from the beginning of the script.
    const why = error instanceof Error ? error.message : String(error);
    return `line ${line + at}: ${why.replace(/ \(\d+:\d+\)$/, '')}`;
  }
}
