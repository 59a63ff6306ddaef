import { forEachBackend, HOME_BACKEND } from '../../src/contracts/execution/backends.js';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type {
  AuditEntry,
  Health,
  ListedWork,
  PublicationRow,
} from '../../src/contracts/rows/operators.js';

interface Answer {
  readonly status: number;
  readonly body: unknown;
}
const ok = (body: unknown): Answer => ({ status: 200, body });
const refused = (status: number, error: string): Answer => ({ status, body: { error } });

const OPERATOR = { operatorId: randomUUID(), operatorEmail: 'operator@example.com' };
const DAYS = Array.from({ length: 14 }, (_, ago) => new Date(Date.UTC(2026, 10, 28 - ago)));

/** What operators are told of, from memory; acts are written down as the server does. */
export class FakeOps {
  isOperator = false;
  jobs: ListedWork[] = [];
  games: PublicationRow[] = [];
  acts: AuditEntry[] = [];
  health: Health = aHealth();
  /** Queries of the list of jobs, in order. */
  readonly asked: string[] = [];
  /** What the acts were posted with, in order. */
  readonly sent: object[] = [];
  isBroken = false;

  reset(): void {
    Object.assign(this, { isOperator: false, isBroken: false, health: aHealth() });
    for (const list of [this.jobs, this.games, this.acts, this.asked, this.sent]) list.length = 0;
  }

  addJob(given: Partial<ListedWork> = {}): ListedWork {
    const job = { ...aJob(), ...given };
    this.jobs.push(job);
    return job;
  }

  addGame(title: string): PublicationRow {
    const game: PublicationRow = {
      id: randomUUID(),
      project_id: randomUUID(),
      user_id: randomUUID(),
      email: 'maker@example.com',
      title,
      visibility: 'public',
      play_count: 12,
      like_count: 3,
      published_at: '2026-11-20T03:00:00Z',
      taken_down_at: null,
      reason: null,
    };
    this.games.push(game);
    return game;
  }

  async answer(request: IncomingMessage, url: URL): Promise<Answer> {
    if (!this.isOperator) return refused(403, 'Access denied');
    if (this.isBroken) return refused(500, 'Internal server error');
    const [, , , kind = '', id = '', what = ''] = url.pathname.split('/');
    if (request.method === 'POST') {
      const sent = Buffer.concat((await request.toArray()) as Buffer[]).toString();
      const body = JSON.parse(sent) as { reason: string };
      this.sent.push(body);
      return this.act(kind, id, what, body.reason);
    }
    if (kind === 'health') return ok(this.health);
    if (kind === 'audit') return ok({ entries: this.acts.toReversed(), next: null });
    if (kind === 'games') return ok({ games: this.games, next: null });
    if (id === '') return ok(this.list(url.searchParams));
    const job = this.jobs.find((each) => each.id === id);
    return job ? ok(detailOf(job)) : refused(404, 'Job not found');
  }

  private list(query: URLSearchParams): unknown {
    this.asked.push(query.toString());
    const state = query.get('state');
    const jobs = this.jobs.filter((job) => state === null || job.state === state);
    return { jobs, next: null, hasTemporal: true };
  }

  private act(kind: string, id: string, what: string, reason: string): Answer {
    const names = { cancel: 'cancel', 'take-down': 'takeDown', 'put-back': 'putBack' } as const;
    const act = names[what as keyof typeof names];
    if (act === undefined)
      return refused(409, 'What it had made was not played: do it --from play.');
    const entry = { id: randomUUID(), act, targetId: id, ownerId: null, reason };
    this.acts.push({ ...OPERATOR, ...entry, at: '2026-11-28T10:00:00Z' });
    if (kind === 'games') {
      const game = this.games.find((each) => each.id === id);
      const isDown = act === 'takeDown';
      if (game)
        Object.assign(game, {
          taken_down_at: isDown ? '2026-11-28T10:00:00Z' : null,
          reason: isDown ? reason : null,
        });
      return ok({ isMoved: true });
    }
    const job = this.jobs.find((each) => each.id === id);
    if (job) job.state = 'cancelled';
    return ok({ outcome: 'cancelled' });
  }
}

function aJob(): ListedWork {
  return {
    id: randomUUID(),
    user_id: randomUUID(),
    email: 'yui.hashimoto@example.com',
    project_id: randomUUID(),
    project: '宇宙シューティング',
    kind: 'generate',
    state: 'processing',
    progress: 40,
    step: 'make',
    doing: 'writing index.html, 8 KB, turn 3',
    error: null,
    failure: null,
    attempt: 1,
    backend: 'local',
    usd: 0.213,
    slot_at: '2026-11-28T09:58:00Z',
    last_event_at: '2026-11-28T09:59:00Z',
    created_at: '2026-11-28T09:57:00Z',
    updated_at: '2026-11-28T09:59:00Z',
    seconds: 132,
    run: null,
    temporalUrl: 'http://temporal.test/namespaces/default/workflows/x/y/history',
  };
}

function detailOf(job: ListedWork): unknown {
  const finding = { code: 'blank', when: 'untouched', words: 'The screen stays empty.' };
  return {
    job,
    usage: [
      {
        call_id: `${job.id}.1`,
        kind: 'model',
        backend: 'local',
        function: null,
        seconds: 61.2,
        usd: 0.213,
        state: 'settled',
        payer: 'user',
        failure: null,
        created_at: job.created_at,
        ended_at: job.updated_at,
      },
    ],
    version: {
      revision: 'a'.repeat(40),
      play: {
        verdict: 'broken',
        findings: [{ ...finding, evidence: 'canvas 390x844' }],
        notes: [],
        reason: '',
        seed: 1,
        player: 1,
      },
    },
    recordings: [{ attempt: 1, bytes: 20_480 }],
    reruns: [],
    gameId: null,
    streamUrl: 'http://temporal.test/namespaces/default/workflows/stream',
  };
}

function aHealth(): Health {
  const outcome = (day: string | null, completed: number) => ({
    day,
    accepted: completed + 3,
    open: 1,
    stuck: 0,
    silent: 0,
    completed,
    failed: 1,
    cancelled: 1,
    games: completed,
    game_p50: 80,
    game_p95: 140 + completed,
    answer_p95: 5,
    wait_p95: 4,
  });
  const days = DAYS.map((day) => day.toISOString().slice(0, 10));
  return {
    checks: {
      database: null,
      temporal: null,
      workers: 'no worker polls dreamcore',
      disk: null,
      objects: null,
    },
    queues: ['dreamcore (workflows)', 'dreamcore', 'dreamcore-local-agent'].map((name, at) => ({
      name,
      pollers: 2,
      backlog: at,
      ageSeconds: at * 40,
    })),
    slots: {
      held: forEachBackend((name) => (name === HOME_BACKEND ? 2 : 14)),
      most: forEachBackend((name) => (name === HOME_BACKEND ? 2 : 200)),
      waiting: 3,
    },
    modal: {
      isUsed: true,
      backend: {
        switch: 'modal',
        sharePercent: 50,
        updatedAt: '2026-11-28T09:00:00Z',
        updatedBy: 'operator',
        breaker: 'open',
        breakerOpenedAt: '2026-11-28T09:50:00Z',
        breakerReason: 'SandboxUnavailable',
      },
    },
    budget: { spentUsd: 41.5, limitUsd: 50 },
    kept: [
      {
        user_id: '0f8fad5b-d9cb-469f-a165-70867728950e',
        kept_bytes: 734_003_200,
        measured_at: '2026-11-28T03:00:00Z',
      },
    ],
    alerts: [
      {
        id: randomUUID(),
        kind: 'breakerOpen',
        key: 'modal',
        message: 'Modal does not answer: jobs run here.',
        times: 3,
        raised_at: '2026-11-28T09:50:00Z',
        seen_at: '2026-11-28T09:59:00Z',
        cleared_at: null,
      },
    ],
    watchedAt: '2026-11-28T09:59:30Z',
    outcomes: [outcome(null, 300), ...days.map((day, at) => outcome(day, 10 + ((at * 7) % 23)))],
    spent: days.map((day, at) => ({ day, usd: 20 + ((at * 11) % 31) })),
  };
}
