import { describe, expect, it } from 'vitest';
import { assertVersionPaths, pathTrouble, refusedPaths } from './version-paths.js';

describe('E3: the path of a version', () => {
  it.each([
    'index.html',
    'js/main.js',
    '絵/敵 1.png',
    'a/b/c/d/e/f/g/h.js',
    'か\u3099.png',
    '👨\u200d👩\u200d👧.png',
    '.ai-context/2026-01-01T00-00-00.json',
    'HEAD',
    'refs/objects.js',
    'claude.js',
    'my-agents.md',
    'a-b/c-.js',
    'constructor/__proto__',
  ])('may be %j', (path) => {
    expect(pathTrouble(path)).toBeNull();
  });

  it.each([
    ['', 'path'],
    ['/etc/passwd', 'path'],
    ['../x', 'path'],
    ['a/../../x', 'path'],
    ['a//b', 'path'],
    ['.git/config', 'path'],
    ['a/.GIT/x', 'path'],
    ['a/.g\u200cit/config', 'path'],
    ['git~1/x', 'path'],
    ['new\nline.js', 'path-characters'],
    ['a\r.js', 'path-characters'],
    ['x\0', 'path-characters'],
    ['esc\u001b[31m.js', 'path-characters'],
    ['c1\u0085.js', 'path-characters'],
    ['line\u2028.js', 'path-characters'],
    ['photo\u202egnp.js', 'path-characters'],
    ['iso\u2066late\u2069.js', 'path-characters'],
    ['zero\u200bwidth.js', 'path-characters'],
    ['\ufeffbom.js', 'path-characters'],
    ['tag\u{e0041}.js', 'path-characters'],
    ['half\ud800.js', 'path-characters'],
    ['assets\\..\\..\\x.png', 'path-characters'],
    ['c:x', 'path-characters'],
    ['a?b', 'path-characters'],
    ['trail ', 'path-characters'],
    ['dir./x', 'path-characters'],
    ['latin1\ufffd.js', 'name-not-utf8'],
    ['-rf', 'name-is-option'],
    ['js/--upload-pack=x', 'name-is-option'],
    [`${'名'.repeat(86)}.js`, 'path-too-long'],
    ['x'.repeat(201), 'path-too-long'],
    ['a/b/c/d/e/f/g/h/i.js', 'path-too-long'],
    ['CLAUDE.md', 'agent-file'],
    ['docs/Claude.MD', 'agent-file'],
    ['CLAUDE.local.md', 'agent-file'],
    ['C\u200dLAUDE.md', 'agent-file'],
    ['AGENTS.md', 'agent-file'],
    ['.mcp.json', 'agent-file'],
    ['js/.claude/settings.json', 'agent-file'],
    ['.claude.json', 'agent-file'],
  ])('may not be %j: %s', (path, reason) => {
    expect(pathTrouble(path)).toBe(reason);
    expect(() => assertVersionPaths(['index.html', path])).toThrow(
      expect.objectContaining({ kind: 'CandidateRefused' }) as Error,
    );
  });
});

describe('E3: the paths of a version together', () => {
  it.each([
    [['a.png', 'A.png']],
    [['js/a.js', 'JS/b.js']],
    [['ガ.png', 'カ\u3099.png']],
    [['straße.js', 'STRASSE.js']],
    [['a.js', 'a\u200d.js']],
    [['a', 'A/b']],
  ])('may not be %j, which some disks cannot tell apart', (paths) => {
    expect(refusedPaths(paths)).toEqual(new Map([[paths[1], 'name-twice']]));
  });

  it.each(['', 'lib/', 'a/b/'])('may not make a repository of %j', (folder) => {
    const parts = ['HEAD', 'objects/pack/x.pack', 'Refs/heads/main'].map((part) => folder + part);
    expect([...refusedPaths(['index.html', ...parts]).keys()]).toEqual(parts);
    expect(refusedPaths(['index.html', ...parts.slice(0, 2)])).toEqual(new Map());
  });

  it('never takes the page for the twin of something else', () => {
    expect([...refusedPaths(['INDEX.html', 'index.html']).keys()]).toEqual(['INDEX.html']);
  });

  it('leaves what is fine when something else is not', () => {
    expect([...refusedPaths(['index.html', 'CLAUDE.md', 'js/a.js', '-x'])]).toEqual([
      ['CLAUDE.md', 'agent-file'],
      ['-x', 'name-is-option'],
    ]);
  });

  it('looks at 100,000 paths in one go', () => {
    const paths = Array.from({ length: 100_000 }, (_, at) => `d${at % 50}/${at}.js`);
    expect(refusedPaths(paths)).toEqual(new Map());
  });
});
