import { describe, expect, it, vi } from 'vitest';
import { GrantedPlays, PlaySlots } from './play-slots.js';

const never = new AbortController().signal;
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('P6: the slots of plays', () => {
  it('are given in order, each once, and to none that has gone', async () => {
    const slots = new PlaySlots(1);
    const first = await slots.take(never);
    const gone = new AbortController();
    const left = slots.take(gone.signal).catch(() => 'left');
    const got = vi.fn();
    const next = slots.take(never).then((giveBack) => {
      got();
      return giveBack;
    });
    gone.abort(new Error('gone'));
    expect(await left).toBe('left');
    await settle();
    expect(got).not.toHaveBeenCalled();
    first();
    first();
    const second = await next;
    const third = slots.take(AbortSignal.abort(new Error('late')));
    await expect(third).rejects.toThrow('late');
    second();
    expect(await slots.take(never)).toBeTypeOf('function');
  });

  it('that a run has asked for are free again when it ends, granted or not', async () => {
    const slots = new PlaySlots(1);
    const granted: string[] = [];
    const runs = ['a', 'b'].map((name) => new GrantedPlays(slots, (n) => granted.push(name + n)));
    const [one, other] = runs as [GrantedPlays, GrantedPlays];
    one.want(1);
    one.want(1);
    other.want(1);
    await settle();
    expect(granted).toEqual(['a1']);
    one.endAll();
    await settle();
    expect(granted).toEqual(['a1', 'b1']);
    one.want(2);
    one.endAll();
    other.end(1);
    await settle();
    expect(granted).toEqual(['a1', 'b1']);
    expect(await slots.take(never)).toBeTypeOf('function');
  });
});
