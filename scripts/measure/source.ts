import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseSync } from 'oxc-parser';

/** A source file, parsed as far as measurements need it. */
export interface Source {
  /** Relative to the root, with slashes. */
  readonly file: string;
  /** Its text with every character of a comment removed; lines stay where they were. */
  readonly code: string;
  readonly comments: readonly string[];
  readonly statements: number;
  readonly imports: readonly Import[];
}

interface Import {
  /** The imported file relative to the root; null for packages. */
  readonly file: string | null;
  readonly names: number;
  /** True when the compiler erases it: `import type`, or type names only. */
  readonly isType: boolean;
}

const CODE = /\.(tsx?|mjs|js|py)$/;

export const isCode = (file: string): boolean =>
  CODE.test(file) &&
  !/\.test\.(ts|js)$/.test(file) &&
  !/(^|\/)(vendor|fixtures|released)\//.test(file);

/** Parses `file` below `root`. Python's comments are whole lines, its imports are not followed. */
export function parseSource(root: string, file: string): Source {
  const text = readFileSync(path.join(root, file), 'utf8');
  if (file.endsWith('.py')) {
    const code = text.replace(/^\s*#.*$/gm, '');
    return { file, code, comments: [], statements: 0, imports: [] };
  }
  const { comments, module, program } = parseSync(file, text);
  const [imports, exports] = [module.staticImports, module.staticExports];
  return {
    file,
    code: withoutComments(text, comments),
    comments: comments.map(({ value }) => value),
    statements: program.body.length,
    imports: [
      ...imports.map(({ moduleRequest, entries }) => ({
        file: resolveImport(root, file, moduleRequest.value),
        names: entries.length,
        isType: entries.length > 0 && entries.every(({ isType }) => isType),
      })),
      ...exports.flatMap(({ entries }) =>
        entries.flatMap(({ moduleRequest, isType }) =>
          moduleRequest
            ? [{ file: resolveImport(root, file, moduleRequest.value), names: 1, isType }]
            : [],
        ),
      ),
    ],
  };
}

function withoutComments(
  text: string,
  comments: readonly { start: number; end: number }[],
): string {
  return comments.toReversed().reduce((code, { start, end }) => {
    const lines = code.slice(start, end).replace(/[^\n]/g, '');
    return code.slice(0, start) + lines + code.slice(end);
  }, text);
}

function resolveImport(root: string, from: string, request: string): string | null {
  if (!request.startsWith('.')) return null;
  const file = path.posix.join(path.posix.dirname(from), request);
  const candidates = [file, file.replace(/\.js$/, '.ts'), file.replace(/\.js$/, '.tsx')];
  return candidates.find((one) => existsSync(path.join(root, one))) ?? null;
}
