import { describe, expect, it } from 'vitest';
import { differenceOf } from './difference.js';

const asked = (...content: object[]) =>
  JSON.stringify({ model: 'm', messages: [{ role: 'user', content }] });
const result = (id: string, content = 'done') => ({
  type: 'tool_result',
  tool_use_id: id,
  content,
});
const kept = { cache_control: { type: 'ephemeral' } };

describe('E9: what a request asks otherwise', () => {
  it('is not the order in which tools side by side have ended', () => {
    const one = asked(result('a'), { ...result('b'), ...kept }, { type: 'text', text: 'x' });
    const other = asked(result('b'), { ...result('a'), ...kept }, { type: 'text', text: 'x' });
    expect(differenceOf(one, other)).toBeNull();
  });

  it('is not the order in which a tool has listed files of one age', () => {
    const [one, other] = [asked(result('a', 'b.md\na.html')), asked(result('a', 'a.html\nb.md'))];
    expect(differenceOf(one, other)).toBeNull();
    expect(differenceOf(one, asked(result('a', 'b.md\nc.html')))).toContain('c.html');
  });

  it('is what a tool said, and any other block', () => {
    expect(differenceOf(asked(result('a')), asked(result('a', 'failed')))).toBe(
      'messages.0.content.0.content: recorded "done", now "failed"',
    );
    expect(differenceOf(asked(result('a')), asked(result('a'), result('b')))).toContain('nothing');
    const [text, other] = [
      { type: 'text', text: 'x' },
      { type: 'text', text: 'y' },
    ];
    expect(differenceOf(asked(text, other), asked(other, text))).toContain('recorded "x"');
  });

  it('is not the name of a session, nor a limit that the key proxy has set', () => {
    const told = { model: 'm', max_tokens: 1, metadata: { user_id: 'a' } };
    const again = { ...told, max_tokens: 2, metadata: { user_id: 'b' } };
    expect(differenceOf(JSON.stringify(told), JSON.stringify(again))).toBeNull();
  });
});
