import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { RunnerEvent } from '../../contracts/durable/stream.js';
import { Outbox } from './outbox.js';

const textOf = (events: readonly RunnerEvent[]): string =>
  events.map((event) => (event.type === 'stream' ? event.content : `<${event.type}>`)).join('');

it(
  'C2: whatever is lost, repeated or acknowledged late, the receiver ends with every event ' +
    'once and in order',
  () => {
    const step = fc.oneof(
      fc.record({
        do: fc.constant('add' as const),
        text: fc.string({ maxLength: 5 }),
        isText: fc.boolean(),
      }),
      fc.record({
        do: fc.constant('post' as const),
        isLost: fc.boolean(),
        isAnswerLost: fc.boolean(),
        acks: fc.boolean(),
        meanwhile: fc.string({ maxLength: 5 }),
      }),
      fc.record({ do: fc.constant('rewind' as const) }),
      // The receiver dies with what it had not acknowledged.
      fc.record({ do: fc.constant('die' as const) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const outbox = new Outbox();
        const received = new Map<number, RunnerEvent>();
        let expected = '';
        const add = (event: RunnerEvent): void => {
          outbox.add(event);
          expected += textOf([event]);
        };
        const post = (fault: {
          isLost: boolean;
          isAnswerLost: boolean;
          acks: boolean;
          meanwhile: string;
        }): void => {
          const batch = outbox.next();
          if (fault.meanwhile !== '') add({ type: 'stream', content: fault.meanwhile });
          if (fault.isLost) return;
          batch.events.forEach((event, index) => {
            const known = received.get(batch.fromSeq + index);
            if (known) expect(event).toEqual(known);
            received.set(batch.fromSeq + index, event);
          });
          if (fault.isAnswerLost) return;
          outbox.markSent(batch);
          let contiguous = 0;
          while (received.has(contiguous + 1)) contiguous += 1;
          if (fault.acks) outbox.acknowledge(contiguous);
        };
        for (const action of steps) {
          if (action.do === 'post') post(action);
          else if (action.do === 'rewind') outbox.rewind();
          else if (action.do === 'die')
            [...received.keys()]
              .filter((seq) => seq > outbox.ackedSeq)
              .forEach((seq) => received.delete(seq));
          else
            add(
              action.isText
                ? { type: 'stream', content: action.text }
                : { type: 'progress', progress: 1, message: null },
            );
        }
        for (let posts = 0; outbox.hasUnacked; posts += 1) {
          expect(posts).toBeLessThan(1_000);
          outbox.rewind();
          post({ isLost: false, isAnswerLost: false, acks: true, meanwhile: '' });
        }
        expect([...received.keys()].sort((a, b) => a - b)).toEqual(
          Array.from({ length: outbox.lastSeq }, (_, index) => index + 1),
        );
        expect(textOf([...received].sort(([a], [b]) => a - b).map(([, event]) => event))).toBe(
          expected,
        );
      }),
    );
  },
);

it('C2: what arrived and was lost there goes out once more, until it is acknowledged', () => {
  const outbox = new Outbox();
  outbox.add({ type: 'stream', content: 'a' });
  const sent = outbox.next();
  outbox.markSent(sent);
  expect(outbox.next().events).toEqual([]);
  outbox.rewind();
  expect(outbox.next()).toEqual(sent);
  outbox.acknowledge(1);
  outbox.rewind();
  expect(outbox.next()).toEqual({ fromSeq: 2, events: [] });
});

it('cuts long text into events the receiver can take, never through a character', () => {
  const outbox = new Outbox();
  const text = 'x' + '🎮'.repeat(20_000);
  outbox.add({ type: 'stream', content: text });
  const { events } = outbox.next();
  expect(textOf(events)).toBe(text);
  for (const event of events) expect(Buffer.from(textOf([event])).toString()).toBe(textOf([event]));
});

it('is full at 512 events or 512 KB and has room again after an acknowledgement', () => {
  const outbox = new Outbox();
  for (let at = 0; at < 512; at++) outbox.add({ type: 'progress', progress: 1, message: null });
  expect(outbox.isFull).toBe(true);
  outbox.markSent(outbox.next());
  outbox.acknowledge(64);
  expect(outbox.isFull).toBe(false);
  outbox.add({ type: 'stream', content: 'x'.repeat(512 * 1024) });
  expect(outbox.isFull).toBe(true);
});

it('never believes an acknowledgement of what was not sent', () => {
  const outbox = new Outbox();
  outbox.add({ type: 'stream', content: 'a' });
  outbox.acknowledge(99);
  expect(outbox.next()).toEqual({ fromSeq: 1, events: [{ type: 'stream', content: 'a' }] });
});
