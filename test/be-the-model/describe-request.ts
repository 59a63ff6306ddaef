import type { MessagesRequest } from '../../dev/demo-model/wire/messages.js';

const MAX_CHARS = 4_000;

/** What is new in a request, for a person: the last message; the whole of it is in its file. */
export function describeRequest({ messages, tools = [], system }: MessagesRequest): string {
  const rules = JSON.stringify(system ?? '').length;
  const names = tools.map(({ name }) => name).join(' ');
  const last = messages.at(-1);
  const blocks = typeof last?.content === 'string' ? [last.content] : (last?.content ?? []);
  return [
    `${messages.length} messages, rules of ${rules} characters, tools: ${names || 'none'}`,
    ...blocks.map((block) => (typeof block === 'string' ? cut(block) : textOf(block))),
  ].join('\n');
}

function textOf(block: { readonly type: string; readonly [key: string]: unknown }): string {
  if (typeof block['text'] === 'string') return cut(block['text']);
  if (block.type === 'image') return '[an image]';
  const { content } = block;
  if (!Array.isArray(content)) return `[${block.type}] ${cut(String(content))}`;
  const parts = content as { type: string; text?: string }[];
  return `[${block.type}] ${parts.map((part) => textOf(part)).join('\n')}`;
}

function cut(text: string): string {
  return text.length <= MAX_CHARS ? text : `${text.slice(0, MAX_CHARS)} (and more)`;
}
