import { startStack, type Stack } from '../support/stack.js';
import { Purse } from './purse.js';
import { addResult, readResults, type Result } from './results.js';
import { runItem } from './run-item.js';
import type { Item } from './wishes.js';

export interface EvalOptions {
  readonly items: readonly Item[];
  /** Where results are added; items that it has are not done again. */
  readonly file: string;
  /** People at the same time. */
  readonly users: number;
  /** US dollars for all that the file has; null = no limit. */
  readonly budgetUsd: number | null;
  /** Of the model; null = the demo. */
  readonly key: string | null;
  readonly commit: string;
  readonly tell: (line: string) => void;
}

export interface EvalEnd {
  readonly results: readonly Result[];
  /** Not begun, because the budget would not have lasted. */
  readonly left: number;
  /** Items that could not be carried out: the eval is broken there, not the product. */
  readonly broken: readonly string[];
}

/** A run reserves so much (CLAUDE_MAX_BUDGET_USD): no day may allow less. */
const LEAST_DAY_USD = 2;

/** Has the product do all items that are not done yet, with a stack of its own. */
export async function runEval(options: EvalOptions): Promise<EvalEnd> {
  const earlier = readResults(options.file);
  const known = new Set(earlier.map(({ item }) => item));
  const todo = options.items.filter(({ id }) => !known.has(id));
  const purse = new Purse(options.budgetUsd, earlier);
  const lanes = new Lanes(options, purse, todo);
  if (todo[0] !== undefined && purse.affords(todo[0].kind))
    await withStack(options, (stack) => lanes.run(stack));
  const { left, broken } = lanes;
  return { results: readResults(options.file), left, broken };
}

async function withStack(
  { key, users, budgetUsd }: EvalOptions,
  use: (stack: Stack) => Promise<void>,
): Promise<void> {
  const stack = await startStack({
    env: {
      PLAY_GAMES: 'true',
      RUN_PLAYS: '3',
      LOG_LEVEL: 'warn',
      MAX_RUNNING_JOBS: String(users),
      ...(key === null ? {} : { ANTHROPIC_API_KEY: key, BUDGET_DAILY_USD: dayOf(budgetUsd) }),
    },
  });
  try {
    await use(stack);
  } finally {
    await stack.stop();
  }
}

/** The product's own wall behind the purse; 0 = none. */
const dayOf = (budgetUsd: number | null): string =>
  String(budgetUsd === null ? 0 : Math.max(LEAST_DAY_USD, budgetUsd));

/** Items done one after the other by so many people. */
class Lanes {
  private readonly queue: Item[];
  readonly broken: string[] = [];

  constructor(
    private readonly options: EvalOptions,
    private readonly purse: Purse,
    todo: readonly Item[],
  ) {
    this.queue = [...todo];
  }

  /** Not begun. */
  get left(): number {
    return this.queue.length;
  }

  async run(stack: Stack): Promise<void> {
    await Promise.all(Array.from({ length: this.options.users }, () => this.lane(stack)));
  }

  private async lane(stack: Stack): Promise<void> {
    for (let item = this.next(); item !== null; item = this.next()) {
      const result = await this.done(stack, item);
      this.purse.settle(item.kind, result);
      if (result !== null) this.options.tell(lineOf(result, this.left));
    }
  }

  private next(): Item | null {
    const [item] = this.queue;
    if (item === undefined || !this.purse.begin(item.kind)) return null;
    this.queue.shift();
    return item;
  }

  private async done(stack: Stack, item: Item): Promise<Result | null> {
    const { file, commit, key, tell } = this.options;
    const { id, kind, language } = item;
    try {
      const steps = await runItem(stack, item);
      const model = key === null ? 'demo' : 'real';
      const at = new Date().toISOString();
      const result: Result = { item: id, kind, language, at, commit, model, steps };
      addResult(file, result);
      return result;
    } catch (error) {
      tell(`${id} could not be carried out: ${String(error).slice(0, 600)}`);
      this.broken.push(id);
      return null;
    }
  }
}

function lineOf({ item, steps }: Result, left: number): string {
  const told = steps.map(({ did, game, failure, seconds }) =>
    [failure ?? did, game?.last, `${Math.round(seconds)} s`].filter(Boolean).join(' '),
  );
  return `${item}: ${told.join(' · ')} (${left} left)`;
}
