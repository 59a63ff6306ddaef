import type { MessagesRequest } from '../../dev/demo-model/wire/messages.js';

const MAX_CHARS = 4_000;

/** What is new in a request, for a person: all since the last answer; its file has the whole. */
export function describeRequest({ messages, tools = [], system }: MessagesRequest): string {
  const rules = JSON.stringify(system ?? '').length;
  const names = tools.map(({ name }) => name).join(' ');
  const answered = messages.findLastIndex(({ role }) => role === 'assistant');
  return [
    `${messages.length} messages, rules of ${rules} characters, tools: ${names || 'none'}`,
    ...messages
      .slice(answered + 1)
      .flatMap(({ content }) => (typeof content === 'string' ? cut(content) : content.map(textOf))),
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
