import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parse } from 'acorn';
import { type Finding, oxlint } from './oxlint.js';

interface Script {
  code: string;
  isModule: boolean;
}

const RULES = {
  plugins: [],
  categories: { correctness: 'off' },
  env: { browser: true },
  globals: { THREE: 'readonly' },
  rules: {
    'no-undef': 'error',
    'no-unused-vars': [
      'error',
      { argsIgnorePattern: '^_', caughtErrors: 'none', ignoreRestSiblings: true },
    ],
    'no-redeclare': 'error',
    'no-const-assign': 'error',
    'no-unreachable': 'error',
  },
};

/** The scripts that stand in a page, import maps aside. */
export function scriptsOf(html: string): Script[] {
  return [...html.matchAll(/<script( type="(?:module|importmap)")?>([\s\S]*?)<\/script>/g)]
    .filter(([, type]) => type !== ' type="importmap"')
    .map(([, type, code]) => ({ code: code ?? '', isModule: type !== undefined }));
}

/** All scripts of a page share their names, so they are judged as one program. */
function programOf(html: string): string {
  const code = scriptsOf(html)
    .map((script) => script.code.replace("import * as THREE from 'three';", ''))
    .join('\n');
  return `${code}\nexport { ${outerNames(code).join(', ')} };\n`;
}

/** Names that any script of the page may use: none of them is unused. */
function outerNames(code: string): string[] {
  const names = parse(code, { ecmaVersion: 2023 }).body.flatMap((statement) => {
    if (statement.type === 'VariableDeclaration')
      return statement.declarations.map(({ id }) => (id.type === 'Identifier' ? id.name : null));
    return statement.type === 'FunctionDeclaration' || statement.type === 'ClassDeclaration'
      ? [statement.id.name]
      : [];
  });
  return [...new Set(names.filter((name) => name !== null))];
}

/** What oxlint finds in the scripts of pages by name: names that do not exist, or are not used. */
export async function lintPages(pages: Readonly<Record<string, string>>): Promise<Finding[]> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-pages-'));
  try {
    await writeFile(path.join(folder, 'rules.json'), JSON.stringify(RULES));
    for (const [name, html] of Object.entries(pages))
      await writeFile(path.join(folder, `${name}.js`), programOf(html));
    return await oxlint(folder, 'rules.json');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
