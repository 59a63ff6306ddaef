import path from 'node:path';
import { expect, it } from 'vitest';
import { leftOut } from '../scope.js';
import { readText, trackedTexts } from './files.js';

/**
 * Signs in code and tests lead somewhere: `rest.md §7.1` to a heading of `docs/contract`, `E4` to a
 * rule of `docs/protocol.md`, and each rule to the tests that prove it.
 */
const CONTRACTS = ['rest', 'websocket', 'database', 'generation'] as const;
const sections = new Map<string, Set<string>>(
  CONTRACTS.map((name) => {
    const headings = readText(`docs/contract/${name}.md`).matchAll(/^#{2,4} (\d+(?:\.\d+)*)\b/gm);
    return [name, new Set([...headings].map((match) => match[1] ?? ''))];
  }),
);

interface Rule {
  readonly name: string;
  readonly where: readonly string[];
  readonly tests: readonly string[];
}

const RULES: readonly Rule[] = readText('docs/protocol.md')
  .split(/^### /m)
  .slice(1)
  .map((text) => ({
    name: /^[A-QU]\d+/.exec(text)?.[0] ?? text.slice(0, 20),
    where: spansAfter(text, 'Where'),
    tests: spansAfter(text, 'Test'),
  }));

const files = trackedTexts();
const code = files.filter(
  ({ file }) =>
    /\.(tsx?|js|mjs|py|sql)$/.test(file) &&
    !/^test\/(histories|rules)\/|^public\/lib\/|^public\/js\/ui\/icons/.test(file),
);

/** `rest.md §7.1`, `§7.1–7.3`; `design §5` means a document that is not here. */
const SIGN = /(?:(\w+)\.md |(design) )?§(\d+(?:\.\d+)*)(?:–(\d+(?:\.\d+)*))?/gi;

/** The names in code spans of the entry `- Word: …`. */
function spansAfter(text: string, word: string): string[] {
  const entry =
    new RegExp(`^- ${word}: ([\\s\\S]*?)(?=\\n- |\\n\\n|(?![\\s\\S]))`, 'm').exec(text)?.[1] ?? '';
  return [...entry.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');
}

/** One line, without what begins the lines of a comment, so that a sign may be broken anywhere. */
function flat(text: string): string {
  return text.replace(/\n\s*(\*|\/\/|#|--)?\s*/g, ' ');
}

/**
 * `document §section` of every sign. One that names no document goes on with the list before it, or
 * means the document that its file names first.
 */
function signsIn(text: string): string[] {
  const plain = flat(text);
  const named = [...plain.matchAll(/\b(\w+)\.md\b/g)].map((match) => match[1] ?? '');
  const first = named.find((name) => sections.has(name)) ?? '?';
  let last = { document: first, end: 0 };
  return [...plain.matchAll(SIGN)].flatMap((sign) => {
    const goesOn = /^(,| and| or| #\d+,?)* ?$/.test(plain.slice(last.end, sign.index));
    const document = sign[1] ?? sign[2]?.toLowerCase() ?? (goesOn ? last.document : first);
    last = { document, end: sign.index + sign[0].length };
    return [sign[3], sign[4]].flatMap((section) => (section ? [`${document} §${section}`] : []));
  });
}

/** `A4`, and every rule between the ends of `A4–A6`. */
function tagsIn(text: string): string[] {
  const found = text.matchAll(
    /(?<![\w%#.$-])(?<!(?<![A-QU]\d)\/)([A-QU])([1-9]|(?<=P)0)(?:–\1([1-9]))?(?![\w%.-]*[\w%])/g,
  );
  return [...found].flatMap(([, letter = '', from = '', to = from]) =>
    Array.from({ length: Number(to) - Number(from) + 1 }, (_, at) => letter + (Number(from) + at)),
  );
}

it('every § leads to a section of docs/contract', () => {
  const signs = code.flatMap(({ file, text }) => signsIn(text).map((sign) => ({ file, sign })));
  expect(signs.length).toBeGreaterThan(100);
  const lost = signs.filter(({ sign }) => {
    const [document = '', section = ''] = sign.split(' §');
    return !sections.get(document)?.has(section);
  });
  expect(lost).toEqual([]);
});

it('every tag leads to a rule of docs/protocol.md', () => {
  const known = new Set(RULES.map(({ name }) => name));
  const tags = code.flatMap(({ file, text }) => tagsIn(text).map((tag) => ({ file, tag })));
  expect(tags.length).toBeGreaterThan(300);
  expect(tags.filter(({ tag }) => !known.has(tag))).toEqual([]);
});

it('there are the rules A to G, each once', () => {
  const names = RULES.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  const counts = ['A', 'B', 'C', 'D', 'E', 'F', 'G'].map(
    (letter) => names.filter((name) => name.startsWith(letter)).length,
  );
  expect(counts).toEqual([8, 3, 4, 8, 9, 4, 3]);
});

it.each(RULES)('rule $name is kept where it says, and named by its tests', (rule) => {
  const isThere = (place: string): boolean =>
    files.some(({ file }) => file === place || file.startsWith(`${place}/`));
  expect(rule.where).not.toEqual([]);
  expect(rule.where.filter((place) => !isThere(place))).toEqual([]);
  expect(rule.tests).not.toEqual([]);
  for (const test of rule.tests) {
    expect(path.basename(test)).toMatch(/\.test\.ts$/);
    const text = files.find(({ file }) => file === test)?.text ?? '';
    expect(titlesIn(text).flatMap(tagsIn), `${test} names ${rule.name}`).toContain(rule.name);
  }
});

it.each(RULES)('rule $name has a proof that each `npm test` runs', ({ name, tests }) => {
  const globs = leftOut().flatMap(({ files: each }) => each);
  const isRun = (file: string): boolean => !globs.some((glob) => path.matchesGlob(file, glob));
  const proofs = tests.filter((test) => {
    const text = files.find(({ file }) => file === test)?.text ?? '';
    return isRun(test) && titlesIn(withoutParts(text)).flatMap(tagsIn).includes(name);
  });
  expect(proofs).not.toEqual([]);
});

/** A test file as `npm test` sees it: without what stands in `inFullRuns`. */
function withoutParts(text: string): string {
  return text.replaceAll(/^( *)inFullRuns\([\s\S]*?^\1\}\);$/gm, '');
}

/** What stands first in `it('…'`, `describe.each([…])("…"` and the like. */
function titlesIn(text: string): string[] {
  const calls = text.matchAll(
    /\b(?:it|test|describe)(?:\.each\([\s\S]*?\)|\.\w+)*\(\s*(['"`])([\s\S]*?)\1/g,
  );
  return [...calls].map((match) => match[2] ?? '');
}
