import { randomUUID } from 'node:crypto';
import type { GenerateInput, RunLimits } from '../../contracts/execution/runner.js';
import type { Places } from '../sandbox.js';
import { PLAY_TOOL } from './tool-server.js';

/** Its own skill is about itself: nothing that a game needs. */
const SETTINGS = { enabledPlugins: { 'cc-plugin-plugin-authoring@builtin': false } };
const WITH_PLAY = { ...SETTINGS, permissions: { allow: [PLAY_TOOL] } };
const TOOLS = 'Read,Write,Edit,Glob,Grep,Skill';

/**
 * Arguments of one run. The prompt is not among them: it goes in by stdin. A retry gets a session
 * of its own.
 */
export function claudeArgs(run: {
  model: string;
  systemPrompt: string;
  limits: RunLimits;
  effort: GenerateInput['effort'];
  /** Folder of the plugin as the program sees it; null = no skills. */
  plugin: string | null;
  /** It may call {@link PLAY_TOOL}. */
  hasPlay: boolean;
}): string[] {
  return [
    '-p',
    '--input-format',
    'stream-json',
    '--output-format',
    'stream-json',
    '--verbose',
    '--include-partial-messages',
    '--model',
    run.model,
    '--effort',
    run.effort,
    '--max-turns',
    String(run.limits.maxTurns),
    '--max-budget-usd',
    String(run.limits.maxBudgetUsd),
    '--restricted',
    '--permission-mode',
    'acceptEdits',
    '--permission-prompts',
    'none',
    '--tools',
    TOOLS,
    '--strict-mcp-config',
    '--settings',
    JSON.stringify(run.hasPlay ? WITH_PLAY : SETTINGS),
    // Reading the files of a skill needs its folder to be one of the program's own.
    ...(run.plugin === null ? [] : ['--plugin-dir', run.plugin, '--add-dir', run.plugin]),
    '--no-session-persistence',
    '--append-system-prompt',
    run.systemPrompt,
    '--session-id',
    randomUUID(),
  ];
}

/**
 * The whole environment of the model program: nothing is inherited, and its only secret opens the
 * key proxy of this run.
 */
export function claudeEnv(
  places: Places,
  token: string,
  limits: RunLimits,
): Record<string, string> {
  return {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    LANG: 'C.UTF-8',
    HOME: places.home,
    TMPDIR: places.tmp,
    ANTHROPIC_API_KEY: token,
    ANTHROPIC_BASE_URL: 'http://api.local',
    ANTHROPIC_UNIX_SOCKET: places.socket,
    // Temporal owns retries; this one bridges a hiccup.
    CLAUDE_CODE_MAX_RETRIES: '1',
    // Beyond our own patience, so that a hanging server is reported by the watchdog and not retried
    // in silence.
    API_TIMEOUT_MS: String(limits.startTimeoutMs + limits.noProgressTimeoutMs),
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    DISABLE_TELEMETRY: '1',
    DISABLE_AUTOUPDATER: '1',
    DISABLE_ERROR_REPORTING: '1',
    CLAUDE_CODE_DISABLE_BUNDLED_SKILLS: '1',
    ENABLE_TOOL_SEARCH: 'false',
    // A play with its wait, and more; an answer is a short text and one image.
    MCP_TIMEOUT: '5000',
    MCP_TOOL_TIMEOUT: '180000',
    MAX_MCP_OUTPUT_TOKENS: '8000',
  };
}
