/** The end of a list that scrolls. */
import type { RefObject } from 'preact';

const NEAR_END_PX = 40;

/**
 * The newest line stays in view when the list shrinks (progress box, keyboard, banner) or a line
 * grows (an image). Only scrolling upwards leaves it.
 */
export class EndOfList {
  private isReached = true;
  private top = 0;
  private readonly sizes = new ResizeObserver(() => {
    if (this.isReached) this.reach();
  });

  constructor(private readonly ref: RefObject<HTMLElement | null>) {}

  /** For the list as it stands now. */
  watch(): void {
    const { current: list } = this.ref;
    list?.addEventListener('toggle', this.unfolded, { capture: true });
    for (const element of list ? [list, ...list.children] : []) this.sizes.observe(element);
  }

  reach(): void {
    const { current: list } = this.ref;
    if (!list) return;
    this.isReached = true;
    list.scrollTop = list.scrollHeight;
    this.top = list.scrollTop;
  }

  /** Lines were put above what is being read; the height of the list, pixels. */
  stay(heightBefore: number): void {
    this.isReached = false;
    if (this.ref.current)
      this.ref.current.scrollTop += this.ref.current.scrollHeight - heightBefore;
  }

  /** What was unfolded is read from its beginning, not from the end that it pushed the list to. */
  private readonly unfolded = ({ target }: Event): void => {
    if (!(target instanceof HTMLDetailsElement) || !target.open) return;
    this.isReached = false;
    const isLong = target.offsetHeight > (this.ref.current?.clientHeight ?? 0);
    target.scrollIntoView({ block: isLong ? 'start' : 'nearest' });
  };

  readonly scrolled = ({ currentTarget }: { currentTarget: HTMLElement }): void => {
    const { scrollHeight, scrollTop, clientHeight } = currentTarget;
    if (scrollHeight - scrollTop - clientHeight < NEAR_END_PX) this.isReached = true;
    else if (scrollTop < this.top) this.isReached = false;
    this.top = scrollTop;
  };
}
