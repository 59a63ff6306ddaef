import { spentOn, type Result } from './results.js';

type Kind = Result['kind'];

/** What an item may cost before one of its kind has been done, US dollars. */
const FIRST_USD: Readonly<Record<Kind, number>> = {
  wish: 0.5,
  likeness: 0.5,
  image: 0.5,
  chain: 2,
  recorded: 0,
};

/**
 * What may be spent on a whole file of results, earlier runs included. Nothing is begun that would,
 * with all that is under way, cost more than is left; `budgetUsd` null = no limit.
 */
export class Purse {
  private readonly underWay: Kind[] = [];
  private readonly done: Result[];

  constructor(
    private readonly budgetUsd: number | null,
    earlier: readonly Result[],
  ) {
    this.done = [...earlier];
  }

  get spentUsd(): number {
    return spentOn(this.done);
  }

  /** What an item will cost, as those of its kind did on average. */
  estimateUsd(kind: Kind): number {
    const alike = this.done.filter((result) => result.kind === kind);
    return alike.length === 0 ? FIRST_USD[kind] : spentOn(alike) / alike.length;
  }

  affords(kind: Kind): boolean {
    const running = this.underWay.reduce((sum, each) => sum + this.estimateUsd(each), 0);
    const whole = this.spentUsd + running + this.estimateUsd(kind);
    return this.budgetUsd === null || whole <= this.budgetUsd;
  }

  /** True = it is begun, and its `settle` is owed. */
  begin(kind: Kind): boolean {
    const isBegun = this.affords(kind);
    if (isBegun) this.underWay.push(kind);
    return isBegun;
  }

  /** Null = it came to no result. */
  settle(kind: Kind, result: Result | null): void {
    this.underWay.splice(this.underWay.indexOf(kind), 1);
    if (result !== null) this.done.push(result);
  }
}
