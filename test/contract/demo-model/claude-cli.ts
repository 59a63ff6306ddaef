import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { findClaude } from '../../../src/runner/claude/binary.js';
import { patient } from '../../support/patience.js';

export interface CliEvent extends Record<string, unknown> {
  type: string;
  subtype?: string;
}

export interface CliRun {
  exitCode: number | null;
  events: CliEvent[];
  /** The last line of the CLI. */
  result: CliEvent & {
    is_error: boolean;
    result?: string;
    terminal_reason?: string;
    api_error_status?: number;
    permission_denials?: unknown[];
  };
}

/** A folder for one project and one home, removed by `remove`. */
export interface Workplace {
  project: string;
  home: string;
  remove(): Promise<void>;
}

export async function makeWorkplace(): Promise<Workplace> {
  const root = await mkdtemp(path.join(os.tmpdir(), 'demo-cli-'));
  const [project, home] = await Promise.all([
    mkdtemp(path.join(root, 'project-')),
    mkdtemp(path.join(root, 'home-')),
  ]);
  return { project, home, remove: () => rm(root, { recursive: true, force: true, maxRetries: 5 }) };
}

/** Runs the real Claude CLI once in a project folder, with the flags of a generation run. */
export async function runClaude(
  place: Workplace,
  baseUrl: string,
  prompt: string,
  options: { maxTurns?: number; apiTimeoutMs?: number } = {},
): Promise<CliRun> {
  const args = [
    '-p',
    '--output-format',
    'stream-json',
    '--verbose',
    '--include-partial-messages',
    '--model',
    'claude-opus-5-5',
    '--max-turns',
    String(options.maxTurns ?? 30),
    '--restricted',
    '--permission-mode',
    'acceptEdits',
    '--permission-prompts',
    'none',
    '--tools',
    'Read,Write,Edit,Glob,Grep',
    '--strict-mcp-config',
    '--no-session-persistence',
  ];
  const child = spawn(await findClaude(), args, {
    cwd: place.project,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      HOME: place.home,
      TMPDIR: place.home,
      ANTHROPIC_API_KEY: 'demo',
      ANTHROPIC_BASE_URL: baseUrl,
      CLAUDE_CODE_MAX_RETRIES: '1',
      API_TIMEOUT_MS: String(options.apiTimeoutMs ?? 20_000),
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      DISABLE_TELEMETRY: '1',
      DISABLE_AUTOUPDATER: '1',
      CLAUDE_CODE_DISABLE_BUNDLED_SKILLS: '1',
    },
  });
  child.stdin.end(prompt);
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const timer = setTimeout(() => {
    child.kill('SIGKILL');
  }, patient(45_000));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode) => {
      clearTimeout(timer);
      const events = output
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as CliEvent);
      const result = events.findLast((event) => event.type === 'result');
      if (!result) reject(new Error(`The CLI ended (${exitCode}) without a result: ${errors}`));
      else resolve({ exitCode, events, result: result as CliRun['result'] });
    });
  });
}
