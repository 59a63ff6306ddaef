/** Global name of the interface that the play program offers to the player ({@link PlayedPage}). */
export const PLAYED = '__played';
/** Global hook: returns true to skip a `render()` of three. */
export const SPARES = '__spares';
/** Global name under which the play program finds the browser's own clock; removed at once. */
export const OWN_CLOCK = '__own';
/** Milliseconds of game time between two frames: enough for physics, half the work of 60 Hz. */
export const FRAME_MS = 33;

/** Words that a page shows, and what it declares of its state. */
export interface PageSight {
  data: Record<string, string | undefined>;
  words: string[];
  drawn: string[];
  scrolled: number;
  violations: [string, string][];
}

/** Texts and buttons of a page that are hard to read or to hit. */
export interface PageLayout {
  small: string[];
  cut: string[];
  targets: string[];
  buttons: number;
}

/** What the player calls in a page, by {@link PLAYED}. All times are milliseconds of game time. */
export interface PlayedPage {
  /** Resolves with the next frame of the browser. */
  frame(): Promise<unknown>;
  pass(ms: number): Promise<PageSight>;
  passAfterFrame(ms: number): Promise<PageSight>;
  /** As `pass`, and from now on everything is drawn. */
  show(ms: number): Promise<PageSight>;
  hide(): { layout: PageLayout; sight: PageSight };
  /** Centres of what can be tapped. */
  targets(): { x: number; y: number }[];
  look(): PageSight;
  layout(): PageLayout;
}
