import { describe, expect, it } from 'vitest';
import { ControlHost, type Hooks } from './control.js';
import { parseLine } from './messages.js';
import { ToolServer } from './tool-server.js';

/** What the program gets for its lines. */
async function answers(hooks: Partial<Hooks>, requests: object[], hasTool = true) {
  const sent: unknown[] = [];
  const tools = new ToolServer(async () => [{ type: 'text', text: 'played' }]);
  const silent: Hooks = { afterTools: async () => null, beforeEnd: async () => null };
  const host = new ControlHost(
    { ...silent, ...hooks },
    hasTool ? tools : null,
    (line) => sent.push(line),
    undefined,
  );
  for (const request of requests) {
    const line = { type: 'control_request', request_id: 'r', request };
    const parsed = parseLine(JSON.stringify(line));
    if (parsed?.type === 'control_request') await host.answer(parsed);
  }
  return sent.map((line) => (line as { response: { response?: unknown } }).response.response);
}
const hook = (callback_id: string, input: unknown = {}) => ({
  ...{ subtype: 'hook_callback', callback_id, input },
});
const mcp = (message: unknown, server_name = 'game') => ({
  ...{ subtype: 'mcp_message', server_name, message },
});

describe('P6: what the runner answers the model program', () => {
  it('is what a hook says, and nothing where it fails', async () => {
    const hooks: Partial<Hooks> = {
      afterTools: async () => 'x'.repeat(9_000),
      beforeEnd: async ({ isAgain, text }) => (isAgain ? null : `not yet: ${text}`),
    };
    const stop = { stop_hook_active: false, last_assistant_message: 'bye' };
    const [tools, end, again] = await answers(hooks, [
      hook('tools'),
      hook('end', stop),
      hook('end', { ...stop, stop_hook_active: true }),
    ]);
    const told = { hookEventName: 'PostToolBatch', additionalContext: 'x'.repeat(3_000) };
    expect(tools).toEqual({ hookSpecificOutput: told });
    expect(end).toEqual({ decision: 'block', reason: 'not yet: bye' });
    expect(again).toEqual({});
    const failing = { afterTools: () => Promise.reject(new Error('disk')) };
    expect(await answers(failing, [hook('tools')])).toEqual([{}]);
  });

  it('is an error to what it does not know, and never an end', async () => {
    const odd = [
      hook('end'),
      hook('x'),
      { subtype: 'can_use_tool' },
      mcp({ method: 'x' }, 'other'),
    ];
    expect(await answers({}, odd)).toEqual([undefined, undefined, undefined, undefined]);
    const call = { method: 'tools/call', id: 2, params: { name: 'play' } };
    expect(await answers({}, [mcp(call)], false)).toEqual([undefined]);
    const asked = [null, 7, { method: 'tools/call', id: 1, params: { name: 'rm' } }];
    for (const answer of await answers(
      {},
      asked.map((message) => mcp(message)),
    ))
      expect(answer).toMatchObject({ mcp_response: { error: { code: -32_601 } } });
  });

  it('is the tool, by the version of the protocol that is asked for', async () => {
    const messages = [
      { method: 'initialize', id: 0, params: { protocolVersion: '2024-11-05' } },
      { method: 'notifications/initialized' },
      { method: 'tools/call', id: 2, params: { name: 'play', arguments: { path: '/etc' } } },
    ];
    const said = await answers(
      {},
      messages.map((message) => mcp(message)),
    );
    expect(said).toMatchObject([
      { mcp_response: { id: 0, result: { protocolVersion: '2024-11-05' } } },
      { mcp_response: { result: {} } },
      { mcp_response: { id: 2, result: { content: [{ type: 'text', text: 'played' }] } } },
    ]);
  });
});
