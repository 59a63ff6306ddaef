/** What the words of a message show, each by itself. */
export interface Reading {
  /** The earlier version is wished for, as a whole. */
  readonly restores: boolean;
  /** Something is to be changed, in words that leave no doubt. */
  readonly orders: boolean;
  /** Ideas, an explanation or an opinion are wished for: words, not changes. */
  readonly asksForWords: boolean;
  /** The same as an order, put as a question: 「速くできますか？」, "Can you make it faster?". */
  readonly ordersPolitely: boolean;
  readonly asks: boolean;
  /** Thanks, praise, a greeting. */
  readonly chats: boolean;
}
