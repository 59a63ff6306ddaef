import { parseAst } from 'vitest/node';

/** A place in a test whose outcome may depend on how fast the machine is. */
export interface BareTime {
  readonly line: number;
  readonly code: string;
  readonly why: string;
}

/** A node of the ESTree that oxc parses; fields beyond these by name. */
type Node = { type: string; start: number; end: number } & Record<string, unknown>;
/** The node and what it stands in, innermost first. */
type Visit = (node: Node, parents: readonly Node[]) => void;

const SLEEPS = ['setTimeout', 'sleep', 'delay', 'waitForTimeout'];
const WAITS = ['eventually', 'until', 'untilGone'];
const RUNNERS = ['it', 'test', 'describe', 'beforeAll', 'beforeEach', 'afterAll', 'afterEach'];
const DURATION = /(Ms|MS|[tT]ook|[eE]lapsed|[sS]econds)$/;
const DEADLINE = /deadline|until|end/i;
/** `// Bare time: ` and why this one may be, beside the place or above it. */
const EXCUSE = /\/\/ Bare time: \S.{7,}/;

const WHY = {
  sleep: 'a sleep: wait for an event (expect.poll), or prove "nothing more comes" by a marker',
  limit: 'a limit that is not scaled: patient(…), at least 5 times what it needs',
  elapsed:
    'a promise about elapsed time: promise an order or an event, or measure it in test/bench',
  waitFor: 'vi.waitFor has a limit of its own: use expect.poll, which vitest.config.ts scales',
};

/** All of them in a text of TypeScript, but for those whose comment says why they may be. */
export function bareTimesIn(text: string): BareTime[] {
  const program = parseAst(text, { lang: 'ts' }) as unknown as Node;
  const lines = text.split('\n');
  const lineOf = ({ start }: Node): number => text.slice(0, start).split('\n').length;
  const isExcused = (...numbers: number[]): boolean =>
    numbers.some((line) => EXCUSE.test(lines[line - 1] ?? ''));
  const constants = constantsOf(program, (node) => isExcused(lineOf(node), lineOf(node) - 1));
  const found = new Map<number, BareTime>();
  walk(program, [], (node, parents) => {
    const why = whyBare(node, parents, (part) => isBare(part, constants));
    if (!why) return;
    const line = lineOf(node);
    if (isExcused(line, line - 1, lineOf(statementOf(node, parents)) - 1)) return;
    found.set(line, { line, code: (lines[line - 1] ?? '').trim(), why: WHY[why] });
  });
  return [...found.values()];
}

function whyBare(
  node: Node,
  parents: readonly Node[],
  isUnscaled: (part: unknown) => boolean,
): keyof typeof WHY | null {
  if (node.type === 'Property' && nameOf(node['key']) === 'timeout')
    return isUnscaled(node['value']) ? 'limit' : null;
  if (node.type === 'VariableDeclarator' && DEADLINE.test(nameOf(node['id'])))
    return isSumWithNow(node['init']) && isUnscaled(node['init']) ? 'limit' : null;
  return node.type === 'CallExpression' ? whyBareCall(node, parents, isUnscaled) : null;
}

function whyBareCall(
  node: Node,
  parents: readonly Node[],
  isUnscaled: (part: unknown) => boolean,
): keyof typeof WHY | null {
  const name = nameOf(node['callee']);
  const args = node['arguments'] as Node[];
  if (name === 'waitFor' && isMemberOf(node['callee'], 'vi')) return 'waitFor';
  if (isUnscaled(limitOf(node, name, args))) return 'limit';
  if (!args.some(isUnscaled)) return null;
  if (SLEEPS.includes(name)) return isPauseOfLoop(node, parents) ? null : 'sleep';
  return /^toBeLess/.test(name) && isAboutTime(node) ? 'elapsed' : null;
}

/** The argument of a call that bounds time. */
function limitOf(node: Node, name: string, args: readonly Node[]): Node | undefined {
  if (name === 'withDeadline') return args[0];
  return name === 'timeout' || WAITS.includes(name) || isRunner(node) ? args.at(-1) : undefined;
}

/** The last name of `a.b.c`, or of the call or chain that ends in it. */
function nameOf(value: unknown): string {
  const node = value as Node | null | undefined;
  if (node?.type === 'Identifier') return String(node['name']);
  return node?.type === 'MemberExpression' ? nameOf(node['property']) : '';
}

const isMemberOf = (value: unknown, object: string): boolean =>
  nameOf((value as Node)['object']) === object;

/** `it(…)`, `it.each(…)(…)`, `beforeAll(…)`. */
function isRunner({ callee }: Node): boolean {
  const text = rootOf(callee);
  return RUNNERS.includes(text);
}

function rootOf(value: unknown): string {
  const node = value as Node;
  if (node.type === 'MemberExpression') return rootOf(node['object']);
  if (node.type === 'CallExpression') return rootOf(node['callee']);
  return nameOf(node);
}

/** What a loop that waits for something does between two looks. */
function isPauseOfLoop(node: Node, parents: readonly Node[]): boolean {
  const at = parents.findIndex(({ type }) => /^(For|While|DoWhile)Statement$/.test(type));
  const loop = parents[at];
  const part = parents[at - 1] ?? node;
  if (!loop) return false;
  if (loop['update'] === part || loop['test'] === part) return true;
  if (part.type !== 'BlockStatement') return loop['body'] === part;
  // `for (const deadline = …; ;) { …; await sleep(…); }`: a loop that counts rounds is none.
  const last = (part['body'] as Node[]).at(-1);
  return loop['update'] == null && last === parents[at - 2];
}

/** Of `expect(now - before)`, or of a value whose name says so. */
function isAboutTime({ callee }: Node): boolean {
  let isTime = false;
  walk(callee as Node, [], (node) => {
    isTime ||= isNow(node) || (node.type === 'Identifier' && DURATION.test(nameOf(node)));
  });
  return isTime;
}

const isNow = (node: Node): boolean =>
  node.type === 'CallExpression' &&
  nameOf(node['callee']) === 'now' &&
  ['Date', 'performance'].includes(rootOf(node['callee']));

const isSumWithNow = (value: unknown): boolean => {
  const node = value as Node | null;
  return (
    node?.type === 'BinaryExpression' && node['operator'] === '+' && isNow(node['left'] as Node)
  );
};

/** Values of constants by name, wherever in the file, but for those that may be bare. */
function constantsOf(
  program: Node,
  isExcused: (node: Node) => boolean,
): ReadonlyMap<string, unknown> {
  const constants = new Map<string, unknown>();
  walk(program, [], (node, [parent]) => {
    if (node.type === 'VariableDeclarator' && parent?.['kind'] === 'const' && !isExcused(parent))
      constants.set(nameOf(node['id']), node['init']);
  });
  return constants;
}

/** Whether a number stands in it, or in a constant that it names, outside of `patient(…)`. */
function isBare(value: unknown, constants: ReadonlyMap<string, unknown>): boolean {
  const node = value as Node | null | undefined;
  switch (node?.type) {
    case 'Literal':
      return typeof node['value'] === 'number' && node['value'] > 1;
    case 'Identifier': {
      const name = nameOf(node);
      const rest = new Map([...constants].filter(([each]) => each !== name));
      return /^[A-Z_\d]+$/.test(name) && isBare(constants.get(name), rest);
    }
    case 'BinaryExpression': {
      const sides = [node['left'], node['right']] as Node[];
      if (sides.some((side) => isScaled(side, constants))) return false;
      // `2 * LIMIT_MS` is as bare as LIMIT_MS.
      const names = sides.filter(({ type }) => type !== 'Literal');
      const isProduct = /[*/]/.test(String(node['operator'])) && names.length > 0;
      return (isProduct ? names : sides).some((side) => isBare(side, constants));
    }
    case 'LogicalExpression':
    case 'ConditionalExpression':
      return ['left', 'right', 'consequent', 'alternate'].some((part) =>
        isBare(node[part], constants),
      );
    default:
      return false;
  }
}

/** Whether it is, or names, a constant with `patient(…)` in it. */
function isScaled(value: Node, constants: ReadonlyMap<string, unknown>): boolean {
  let found = false;
  walk(value, [], (node) => {
    if (node.type === 'CallExpression') found ||= nameOf(node['callee']) === 'patient';
    const constant = node.type === 'Identifier' && constants.get(nameOf(node));
    if (constant && constant !== value) found ||= isScaled(constant as Node, new Map());
  });
  return found;
}

const statementOf = (node: Node, parents: readonly Node[]): Node =>
  parents.find(({ type }) => /Statement$|Declaration$|^Property$/.test(type)) ?? node;

function walk(node: Node, parents: readonly Node[], visit: Visit): void {
  visit(node, parents);
  const inside = [node, ...parents];
  for (const value of Object.values(node))
    for (const each of Array.isArray(value) ? (value as unknown[]) : [value])
      if (typeof each === 'object' && each !== null && 'type' in each && 'start' in each)
        walk(each as Node, inside, visit);
}
