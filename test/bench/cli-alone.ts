import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { generationPrompt, systemPrompt } from '../../src/domain/generation/generation-prompt.js';
import { findClaude } from '../../src/runner/claude/binary.js';
import { initialize } from '../../src/runner/claude/control.js';
import { claudeArgs, claudeEnv } from '../../src/runner/claude/command.js';
import { splitLines } from '../../src/runner/claude/lines.js';
import { chooseIsolation, wrap } from '../../src/runner/sandbox.js';
import { startSession } from '../../src/runner/claude/session.js';
import { startKeyProxy } from '../../src/runner/key-proxy.js';
import { REQUEST } from './player.js';

const LIMITS = {
  maxTurns: 30,
  maxBudgetUsd: 2,
  startTimeoutMs: 120_000,
  noProgressTimeoutMs: 60_000,
  callbackDrainMs: 0,
};

/**
 * The model program by itself, ms: the very command, sandbox, environment and request of a run, and
 * nothing of ours around it. The proxy stays, because the sandbox has no other way out.
 */
export async function runCliAlone(upstream: string): Promise<number> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-bench-'));
  const host = {
    program: await findClaude(),
    workDir: path.join(folder, 'work'),
    home: path.join(folder, 'home'),
    socket: path.join(folder, 'api.sock'),
    plugin: null,
    hasPlay: false,
  };
  await Promise.all([mkdir(host.workDir), mkdir(host.home)]);
  const isolation = await chooseIsolation(process.env, (text) => process.stderr.write(`${text}\n`));
  const proxy = await startKeyProxy({
    socketPath: host.socket,
    upstream,
    apiKey: 'demo',
    budgetUsd: LIMITS.maxBudgetUsd,
  });
  try {
    const { places, command } = wrap(isolation, host);
    const [file, args] = command(
      claudeArgs({
        model: 'claude-opus-5-5',
        systemPrompt: systemPrompt(true, 'ja'),
        limits: LIMITS,
        effort: 'medium',
        plugin: null,
        hasPlay: false,
      }),
    );
    const prompt = generationPrompt({
      request: REQUEST,
      dimension: '2d',
      style: null,
      autoFix: false,
    });
    const startedMs = performance.now();
    const session = startSession(file, args, {
      cwd: host.workDir,
      env: claudeEnv(places, proxy.token, LIMITS),
      first: initialize({ hasTool: false }),
      prompt,
    });
    for await (const line of splitLines(session.stdout))
      if (line.includes('"type":"result"')) session.finish();
    const { exitCode } = await session.ended;
    if (exitCode !== 0)
      throw new Error(`the model program ended with ${exitCode}: ${session.stderrTail()}`);
    return performance.now() - startedMs;
  } finally {
    await proxy.close();
    await rm(folder, { recursive: true, force: true });
  }
}
