/** Segments under one middle number, of the 16 MB each that initdb chooses. */
const SEGMENTS_PER_LOG = 0x100;
const SEGMENT = /^([0-9A-F]{8})([0-9A-F]{8})([0-9A-F]{8})$/;

/** A segment of PostgreSQL's log of changes, by its file's name. */
export interface Segment {
  /** Eight hex digits; a restored database goes on with the next one. */
  readonly timeline: string;
  readonly number: number;
}

/** Null for another name. */
export function segmentOf(name: string): Segment | null {
  const [, timeline, log = '', low = ''] = SEGMENT.exec(name) ?? [];
  if (timeline === undefined) return null;
  const number = Number.parseInt(log, 16) * SEGMENTS_PER_LOG + Number.parseInt(low, 16);
  return { timeline, number };
}

/** True for a name of a timeline's beginning. */
export const isHistory = (name: string): boolean => /^[0-9A-F]{8}\.history$/.test(name);

/** Of these names the segments of a timeline from `first` to `last`, in order. */
export function segmentsBetween(
  names: readonly string[],
  first: string,
  last: string,
): { readonly names: readonly string[]; readonly isWhole: boolean } {
  const [from, to] = [segmentOf(first), segmentOf(last)];
  if (!from || !to || from.timeline !== to.timeline) return { names: [], isWhole: false };
  const found = names
    .filter((name) => {
      const segment = segmentOf(name);
      const { timeline, number } = segment ?? { timeline: '', number: 0 };
      return timeline === from.timeline && number >= from.number && number <= to.number;
    })
    .sort();
  return { names: found, isWhole: found.length === to.number - from.number + 1 };
}

/** Whether the log goes on without a gap from a segment to a later one. */
export function follows(last: string, next: string): boolean {
  const [one, other] = [segmentOf(last), segmentOf(next)];
  return one?.timeline === other?.timeline && (other?.number ?? 0) <= (one?.number ?? 0) + 1;
}
