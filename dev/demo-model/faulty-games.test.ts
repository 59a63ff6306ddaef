import { describe, expect, it } from 'vitest';
import { faultNamed } from './faults.js';
import { curesFor, GAME_FAULTS, withFault } from './faulty-games.js';
import type { Conversation, Turn } from './wire/messages.js';

const PAGE = '<html><head>\n<title>x</title></head></html>';
const mend = (html: string, found: string[]): string =>
  curesFor(html, found).reduce(
    (text, { oldString, newString }) => text.replace(oldString, () => newString),
    html,
  );
const findingsIn = (html: string): string[] =>
  [...html.matchAll(/data-finding="([a-z-]+)"/g)].map(([, code = '']) => code);

describe('a faulty game of the demo model', () => {
  it.each(GAME_FAULTS)('%s: only what is named is mended', (name) => {
    const faulty = withFault(PAGE, name);
    const [finding = ''] = findingsIn(faulty);
    expect(mend(faulty, ['something-else'])).toBe(faulty);
    const mended = mend(faulty, [finding]);
    expect(mended).not.toBe(faulty);
    expect(mended.includes('data-fault')).toBe(['incurable', 'worse', 'oscillates'].includes(name));
    // The tool that shows files cuts longer lines.
    for (const line of `${faulty}\n${mended}`.split('\n')) expect(line.length).toBeLessThan(1_900);
  });

  it('incurable stays, worse has two faults more, oscillates comes back', () => {
    const after = (name: string, ...rounds: string[]): string[] =>
      findingsIn(rounds.reduce((html, finding) => mend(html, [finding]), withFault(PAGE, name)));
    expect(after('incurable', 'deaf')).toEqual(['deaf']);
    expect(after('worse', 'deaf')).toEqual(['blank', 'csp']);
    expect(after('oscillates', 'deaf')).toEqual(['csp']);
    expect(after('oscillates', 'deaf', 'csp')).toEqual(['deaf']);
  });

  it('is what a wish asks for by name, beside games without one, or at its own pace', () => {
    const input = { file_path: 'index.html', content: PAGE };
    const turn: Turn = {
      blocks: [{ type: 'tool_use', name: 'Write', input, share: 1 }],
      stopReason: 'tool_use',
    };
    const asked = faultNamed('asked');
    const said = (prompt: string): Conversation => ({ system: '', prompt, steps: [], tools: [] });
    const made = (prompt: string) => {
      const [block] = asked?.change?.(turn, said(prompt)).blocks ?? [];
      return block?.type === 'tool_use' ? findingsIn(String(block.input['content'])) : null;
    };
    expect(made('猫のゲーム。DEMO: freeze')).toEqual(['freeze']);
    expect(made('猫のゲーム')).toEqual([]);
    expect(asked?.pace?.(said('猫のゲーム。DEMO: slow-60'))).toBe(60);
    expect(asked?.pace?.(said('猫のゲーム。DEMO: freeze'))).toBeNull();
  });
});
