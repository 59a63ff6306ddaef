/** One rule broken on purpose, and the tests that claim to prove it. */
export interface Mutation {
  /** The rule of docs/protocol.md that it breaks. */
  readonly rule: string;
  /** What the product does wrong with it. */
  readonly breaks: string;
  readonly file: string;
  /** Stands exactly once in `file`. */
  readonly find: string;
  readonly replace: string;
  /** A test file; with `named`, only its tests of such a name. */
  readonly test: string;
  readonly named?: string;
}

/** The text of the mutation's file with the rule broken; throws unless `find` stands there once. */
export function mutate({ file, find, replace }: Mutation, text: string): string {
  const parts = text.split(find);
  if (parts.length !== 2) throw new Error(`${file}: ${parts.length - 1} times: ${find}`);
  return parts.join(replace);
}
