import { access, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startDemoServer, type DemoServer } from '../../../dev/demo-model/server.js';
import { makeWorkplace, runClaude, type CliRun, type Workplace } from './claude-cli.js';
import { sample } from '../../scope.js';

let demo: DemoServer;
let place: Workplace;
let runs = 0;
beforeAll(async () => {
  demo = await startDemoServer();
});
afterAll(() => demo.close());
beforeEach(async () => {
  place = await makeWorkplace();
});
afterEach(() => place.remove());

const play = (
  fault: string,
  options?: { maxTurns?: number; apiTimeoutMs?: number },
): Promise<CliRun> =>
  runClaude(
    place,
    `${demo.url}/fault/${fault}/run-${(runs += 1)}`,
    'シューティングゲームを作って',
    options,
  );
const page = (): Promise<string> => readFile(path.join(place.project, 'index.html'), 'utf8');
const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

describe('the real Claude CLI meets the fault', () => {
  it.each(
    sample(
      'each is a status that the CLI passes on',
      [
        ['401', 401],
        ['403', 403],
        ['429', 429],
        ['500', 500],
        ['529', 529],
      ],
      [
        ['401', 401],
        ['529', 529],
      ],
    ),
  )('%s: the run ends in that error', async (fault, status) => {
    const { result, exitCode } = await play(fault);
    expect(result).toMatchObject({
      is_error: true,
      api_error_status: status,
      terminal_reason: 'api_error',
    });
    expect(exitCode).toBe(1);
  });

  it('429-twice: the first run fails, the next one at the same address succeeds', async () => {
    const base = `${demo.url}/fault/429-twice/again`;
    expect((await runClaude(place, base, 'パズル')).result).toMatchObject({
      is_error: true,
      api_error_status: 429,
    });
    expect((await runClaude(place, base, 'パズル')).result).toMatchObject({ is_error: false });
    expect(await page()).toContain('DEMO');
  });

  it('cut: no game comes of a connection that always breaks', async () => {
    expect((await play('cut')).result.is_error).toBe(true);
    expect(await exists(path.join(place.project, 'index.html'))).toBe(false);
  });

  it.each(['cut-once', 'sse-error-once'])(
    '%s: the CLI asks again and gets its game',
    async (fault) => {
      expect((await play(fault)).result.is_error).toBe(false);
      expect(await page()).toContain('</html>');
    },
  );

  it('hang: the CLI gives up by its own time limit', async () => {
    expect((await play('hang', { apiTimeoutMs: 1_000 })).result).toMatchObject({
      is_error: true,
      terminal_reason: 'api_error',
    });
  });

  it('max-tokens and refusal: the run ends in an error and without a game', async () => {
    expect((await play('max-tokens')).result).toMatchObject({
      is_error: true,
      api_error: 'max_output_tokens',
    });
    expect((await play('refusal')).result).toMatchObject({
      is_error: true,
      stop_reason: 'refusal',
    });
    expect(await exists(path.join(place.project, 'index.html'))).toBe(false);
  });

  it('placeholder and broken-html: a page with a part left out, and one that is cut', async () => {
    await play('placeholder');
    expect(await page()).toMatch(/\/\/ \.\.\. rest stays the same\n<\/script>/);
    const other = await makeWorkplace();
    await runClaude(other, `${demo.url}/fault/broken-html`, 'パズル');
    expect(await readFile(path.join(other.project, 'index.html'), 'utf8')).not.toContain('</html>');
    await other.remove();
  });

  it('no-game: words only', async () => {
    expect((await play('no-game')).result.is_error).toBe(false);
    expect(await exists(path.join(place.project, 'index.html'))).toBe(false);
  });

  it('endless: the turn limit ends it', async () => {
    expect((await play('endless', { maxTurns: 4 })).result).toMatchObject({
      subtype: 'error_max_turns',
      is_error: true,
    });
  });

  it('escape: every attempt is made, none succeeds, and the game is still written', async () => {
    const secret = path.join(place.project, '..', 'secret.txt');
    await writeFile(secret, 'outside-secret');
    await symlink(secret, path.join(place.project, 'link-to-environ'));
    await mkdir(path.join(place.project, '.git'));
    await writeFile(path.join(place.project, '.git', 'config'), 'untouched');
    const { result, events } = await play('escape');
    const results = JSON.stringify(events.filter((event) => event.type === 'user'));
    expect(results).not.toContain('outside-secret');
    expect(results).not.toContain('root:x:0:0');
    expect(results).not.toContain('ANTHROPIC_API_KEY=');
    expect(await exists(path.join(place.project, '..', 'escape.txt'))).toBe(false);
    for (const left of ['/tmp/demo-escape.txt', '/tmp/demo-escape-git', '/tmp/demo-escape-bash'])
      expect(await exists(left)).toBe(false);
    expect(await readFile(path.join(place.project, '.git', 'config'), 'utf8')).toBe('untouched');
    expect(result.permission_denials?.length).toBeGreaterThan(3);
    expect(await page()).toContain('DEMO');
  });
});
