import { expect, it } from 'vitest';
import { clientModule } from '../../support/client-module.js';

/** What the editor posts for a game that is played in it, which may be a hostile one (P4). */
interface Editor {
  OwnerPlay: new (page: object) => {
    begin(game: null): void;
    report(lines: readonly string[]): void;
  };
}

it('P6: a game that throws without end has one report in 30 s, the newest', async () => {
  let now = 0;
  const timers = new Map<number, { at: number; work: () => void }>();
  const posted: { at: number; errors: string[] }[] = [];
  const window = {
    setTimeout: (work: () => void, ms: number) => {
      timers.set(timers.size + 1, { at: now + ms, work });
      return timers.size;
    },
    clearTimeout: (id: number) => timers.set(id, { at: Infinity, work: () => undefined }),
  };
  const { loaded } = await clientModule<Editor>('js/editor/owner-play.ts', {
    window,
    performance: { now: () => now },
    fetch: async (_: string, { body }: { body: string }) => {
      posted.push({ at: now, ...(JSON.parse(body) as { errors: string[] }) });
      return Response.json({});
    },
  });
  const page = {
    session: { token: '', freshToken: async () => undefined },
    projectId: 'p',
    versions: { current: async () => ({ hash: 'a'.repeat(40) }) },
  };
  const play = new loaded.OwnerPlay(page);
  play.begin(null);
  for (; now < 95_000; now += 500) {
    if (now % 4_500 === 0) play.begin(null);
    if (now % 1_500 === 0) play.report([`Error ${now}`]);
    for (const [id, { at, work }] of timers)
      if (at <= now) {
        timers.set(id, { at: Infinity, work });
        work();
      }
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(posted.map(({ at, errors }) => [at, errors[0]])).toEqual([
    [1_000, 'Error 0'],
    [31_000, 'Error 30000'],
    [61_000, 'Error 60000'],
    [91_000, 'Error 90000'],
  ]);
});
