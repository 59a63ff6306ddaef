import { Session } from 'node:inspector/promises';
import vm from 'node:vm';
import { describe, expect, it } from 'vitest';
import { Coverage, startCoverage, type Coverable } from './coverage.js';

const SCRIPT = `
function used(n) {
  if (n > 1) {
    return 'many';
  }
  return 'one';
}
function idle() {
  return 'never';
}
`;
const PAGE = `<!DOCTYPE html>
<html><head><script>${SCRIPT}</script>
<script type="importmap">{"imports":{}}</script>
</head><body><script>used(1);</script></body></html>`;

/** What the engine says when these scripts run, one after the other. */
async function coveredBy(...scripts: [url: string, code: string][]) {
  const session = new Session();
  session.connect();
  const coverable = { send: (method: string, given?: object) => session.post(method, given) };
  await startCoverage(coverable as unknown as Coverable);
  const context = vm.createContext({});
  for (const [filename, code] of scripts) vm.runInContext(code, context, { filename });
  const { result } = await (coverable as unknown as Coverable).send('Profiler.takePreciseCoverage');
  session.disconnect();
  return result.filter(({ url }) => url.startsWith('https://game/'));
}
const fileOf = (url: string): string => url.slice('https://game/'.length);

describe('lines that ran in no run (P3)', () => {
  it('are told by file and line, of the scripts in a page as in files of their own', async () => {
    const coverage = new Coverage(
      new Map([
        ['index.html', PAGE],
        ['js/a.js', 'let a = 1;\nif (a > 1) {\n  a = 2;\n}\n'],
        ['style.css', 'a {}'],
      ]),
    );
    coverage.add(
      await coveredBy(
        ['https://game/index.html', SCRIPT],
        ['https://game/index.html', 'used(1);'],
        ['https://game/js/a.js', 'let a = 1;\nif (a > 1) {\n  a = 2;\n}\n'],
      ),
      fileOf,
    );
    expect(coverage.neverRan()).toEqual([
      { file: 'index.html', from: 5, to: 6 },
      { file: 'index.html', from: 9, to: 11 },
      { file: 'js/a.js', from: 3, to: 4 },
    ]);
    expect(coverage.functionsRun).toBe(4);
    coverage.add(await coveredBy(['https://game/index.html', `${SCRIPT}`]), fileOf);
    coverage.add(
      await coveredBy(['https://game/index.html', SCRIPT], ['https://game/x', 'used(2); idle();']),
      fileOf,
    );
    expect(coverage.neverRan()).toEqual([{ file: 'js/a.js', from: 3, to: 4 }]);
  });

  it('P6: are told by what stands around a fit in a long line', () => {
    const code = `${'far(); '.repeat(30)}phase = 'won'; ${'far(); '.repeat(30)}`;
    const [told = ''] = new Coverage(new Map([['a.js', code]])).idle(/\bwon\b/);
    expect(told).toMatch(/^a\.js:1: .{10,60}phase = 'won';/);
    expect(told.length).toBeLessThan(100);
  });

  it('P6: are told by their code where it fits, a part of a line too', async () => {
    const code =
      "let phase = '';\nfunction end(n) {\n  if (n > 5) phase = 'won'; else phase = 'lost';\n}";
    const coverage = new Coverage(new Map([['a.js', code]]));
    const ran = (n: number) =>
      coveredBy(['https://game/a.js', code], ['https://game/b', `end(${n})`]);
    coverage.add(await ran(1), fileOf);
    expect(coverage.idle(/\bwon\b/)).toEqual(["a.js:3: phase = 'won';"]);
    expect(coverage.idle(/\blost\b/)).toEqual([]);
    coverage.add(await ran(9), fileOf);
    expect(coverage.idle(/\bwon\b/)).toEqual([]);
  });
});
