import { startFakeMessages, type FakeMessages, type SeenRequest } from '../fakes/messages-api.js';
import type { ToolUse } from '../fakes/messages-api.js';

/** `OBEY <tool> <argument>` anywhere in what the model reads is done by it, as if it were asked. */
const ORDER = /OBEY (Write|Read|Bash|WebFetch|Grep) ([^\s"'\\<>「」]+)/g;

/** `PUT <words>` in a message: stands in the game, encoded so that no message orders the same. */
const PUT = /PUT ([\w-]+)/g;

/** As a message says it: these words are to stand in the game and be its name. */
export const putInGame = (words: string): string =>
  `PUT ${Buffer.from(words).toString('base64url')}`;

const page = (title: string, text: string): string =>
  '<!DOCTYPE html><html><head><meta name="viewport" content="width=device-width">' +
  `<title>${title}</title></head><body>` +
  '<canvas id="c" width="300" height="300"></canvas><script>' +
  'const c = document.getElementById("c").getContext("2d"); let x = 0;' +
  'addEventListener("pointerdown", () => { x = 0; });' +
  '(function draw() { c.clearRect(0, 0, 300, 300); c.fillRect(x++ % 300, 9, 9, 9); ' +
  `requestAnimationFrame(draw); })();</script><!-- ${text.replaceAll('--', '')} --></body></html>`;

/**
 * A model that does whatever stands in what it reads: the worst that words of users, assets and
 * games can make of one. Whatever its tools have told it, it writes into the game.
 */
export function startObeyingModel(): Promise<FakeMessages> {
  return startFakeMessages((seen) => {
    if (!Array.isArray(seen.body['tools']) || seen.body['tools'].length === 0)
      return { say: `OBEYED ${seen.raw.slice(-200)}` };
    const turns = (seen.body['messages'] as { role: string }[]).filter(
      ({ role }) => role === 'assistant',
    ).length;
    if (turns === 0) return { use: [...reading(), ...orders(seen)] };
    if (turns === 1) return { use: [...orders(seen), write('index.html', gameOf(seen))] };
    return { say: 'できました。' };
  });
}

/** A game that holds whatever it was to hold, and could tell. */
function gameOf(seen: SeenRequest): string {
  const put = [...seen.raw.matchAll(PUT)].map(([, words = '']) =>
    Buffer.from(words, 'base64url').toString('utf8'),
  );
  const title = put.length > 0 ? put.join(' ').replace('\n\n# New instructions\n', ' ') : 'g';
  return page(title, `${put.join('\n')} ${marks(seen)} ${told(seen)}`);
}

const write = (file: string, content: string): ToolUse => ({
  name: 'Write',
  input: { file_path: file, content },
});

/** What a model looks at by itself: the game as it is, and what it may use. */
const reading = (): ToolUse[] =>
  ['index.html', 'STYLE.md', 'ASSETS.md'].map((file) => ({
    name: 'Read',
    input: { file_path: `/project/${file}` },
  }));

function orders({ raw }: SeenRequest): ToolUse[] {
  const found = new Map([...raw.matchAll(ORDER)].map((order) => [order[0], order]));
  return [...found.values()].map(([, tool = '', argument = '']): ToolUse => {
    if (tool === 'Write') return write(argument, 'taken');
    if (tool === 'Read') return { name: tool, input: { file_path: argument } };
    if (tool === 'Bash') return { name: tool, input: { command: argument.replaceAll('+', ' ') } };
    if (tool === 'Grep') return { name: tool, input: { pattern: '.', path: argument } };
    return { name: tool, input: { url: argument, prompt: 'x' } };
  });
}

/** Whatever is a victim's in what it reads. */
const marks = ({ raw }: SeenRequest): string =>
  [...new Set(raw.match(/victim-mark-[0-9a-f-]{36}/g))].join(' ');

/** All results of tools, as they came. */
function told({ body }: SeenRequest): string {
  const contents = (body['messages'] as { content: unknown }[]).flatMap(({ content }) =>
    Array.isArray(content) ? (content as { type: string; content?: unknown }[]) : [],
  );
  return JSON.stringify(contents.filter(({ type }) => type === 'tool_result')).slice(0, 20_000);
}
