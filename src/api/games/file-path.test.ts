import { describe, expect, it } from 'vitest';
import { requestedFile } from './file-path.js';

describe('the rest of a game URL', () => {
  it.each([
    ['', { kind: 'file', path: 'index.html', isEntry: true }],
    ['index.html', { kind: 'file', path: 'index.html', isEntry: true }],
    ['/index.html', { kind: 'file', path: 'index.html', isEntry: false }],
    ['./index.html', { kind: 'file', path: 'index.html', isEntry: false }],
    ['sub/index.html', { kind: 'file', path: 'sub/index.html', isEntry: false }],
    ['a/../b.js', { kind: 'file', path: 'b.js', isEntry: false }],
    ['..', { kind: 'outside' }],
    ['../x', { kind: 'outside' }],
    ['a/../../x', { kind: 'outside' }],
    ['../../../../etc/passwd', { kind: 'outside' }],
    ['.git/HEAD', { kind: 'hidden' }],
    ['a/.env', { kind: 'hidden' }],
    ['.ai-context/x.json', { kind: 'hidden' }],
    ['..a', { kind: 'hidden' }],
    ['.', { kind: 'hidden' }],
    ['/', { kind: 'hidden' }],
    ['a/..', { kind: 'hidden' }],
    ['a/.././..', { kind: 'outside' }],
    ['a//b/./c.js', { kind: 'file', path: 'a/b/c.js', isEntry: false }],
    ['.git/../b.js', { kind: 'file', path: 'b.js', isEntry: false }],
    ['a/b/', { kind: 'file', path: 'a/b/', isEntry: false }],
    ['a/b/.', { kind: 'file', path: 'a/b', isEntry: false }],
  ])('%j', (rest, expected) => {
    expect(requestedFile(rest)).toEqual(expected);
  });
});
