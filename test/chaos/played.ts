import type { DemoServer, DemoServerOptions } from '../../dev/demo-model/server.js';
import { PLAY_TOOL } from '../../src/runner/claude/tool-server.js';

/**
 * The product plays what a model makes: that has, game by game, the fault that a wish asks for
 * where games are faulty, and plays each game itself where runs have the tool.
 */
export function playedEnv(
  { url }: DemoServer,
  { faulty, tools }: { faulty?: boolean; tools?: boolean },
): Record<string, string> {
  return {
    PLAY_GAMES: 'true',
    // The long search of each version would have most of a small machine.
    PLAY_SEARCH_LIVES: tools ? '0' : '2',
    ...(tools && { RUN_PLAYS: '1', PLAY_LIVES: '0' }),
    ANTHROPIC_API_KEY: 'a-key-for-tests',
    ANTHROPIC_BASE_URL: faulty ? `${url}/fault/asked` : url,
    // Without, images are refused for good: a stack with a model of its own brings up no other.
    GEMINI_API_KEY: 'a-key-for-tests',
    GEMINI_BASE_URL: `${url}/gemini`,
  };
}

/** Adds to `plays`, by the id of a call of the tool, the first words of its answer, if any. */
export function addPlays(plays: Map<string, string>): NonNullable<DemoServerOptions['onRequest']> {
  return ({ body }) => {
    const blocks = body.messages.flatMap(({ content }) =>
      typeof content === 'string' ? [] : content,
    );
    for (const { type, ...block } of blocks) {
      if (type === 'tool_use' && block['name'] === PLAY_TOOL)
        plays.set(String(block['id']), 'without an answer');
      const callId = String(block['tool_use_id']);
      if (type !== 'tool_result' || !plays.has(callId)) continue;
      const [, words = 'an error'] = /"text":"([^.:]{1,60})/.exec(JSON.stringify(block)) ?? [];
      plays.set(callId, words);
    }
  };
}
