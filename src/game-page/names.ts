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
  /** Names what the last frame has drawn on flat canvases; 0 = nothing. */
  drawing: number;
  violations: [string, string][];
  /** Since the last call of any kind; absent when moments are not followed. */
  seen?: PageMoments;
}

/** Texts and buttons of a page that are hard to read or to hit. */
export interface PageLayout {
  small: string[];
  cut: string[];
  targets: string[];
  /** Words, or buttons, that lie over each other. */
  overlaps: string[];
  buttons: number;
}

/** What was seen of a page while time passed, one moment after the other. */
export interface PageMoments {
  /** How much time has passed in this page. */
  passedMs: number;
  moments: {
    /** Its number, from the beginning of this page. */
    at: number;
    /** Names all that is there, colours apart; `drawing`: without words and values. */
    name: number;
    drawing: number;
    /** Absent: as in the moment before. */
    told?: Pick<PageSight, 'data' | 'words' | 'drawn'>;
  }[];
  /** By path, when a value has changed, and to what. */
  series: Record<string, [number, number | string | boolean][]>;
}

/** Something on the screen that is drawn or can be moved, and its centre. */
export interface PageThing {
  name: string;
  x: number;
  y: number;
}

/** What a hand does, and when after now; places are of the screen. */
export type PageInput = { afterMs: number } & (
  | { type: 'down'; finger: number; x: number; y: number; on?: string | undefined }
  | { type: 'move'; finger: number; x: number; y: number }
  | { type: 'up'; finger: number }
  | { type: 'keyDown' | 'keyUp'; key: string }
);

/** What there is to be touched. */
export interface PageView {
  things: PageThing[];
  /** Elements, and words on a canvas; `name`: of an element that has one. */
  targets: { x: number; y: number; name?: string | undefined; text?: string }[];
}

/** What the player calls in a page, by {@link PLAYED}. All times are milliseconds of game time. */
export interface PlayedPage {
  pass(ms: number): Promise<PageSight>;
  /** The same after the next frame of the browser. */
  passAfterFrame(ms: number): Promise<PageSight>;
  /** As `pass`, and from now on everything is drawn. */
  show(ms: number): Promise<PageSight>;
  /** `ink`: of the canvas on which the game is drawn; null = of no such canvas. */
  hide(): { layout: PageLayout; sight: PageSight; ink: number | null };
  /** Hides the page, as behind another app, or shows it again. */
  setHidden(isHidden: boolean): void;
  /** Centres of what can be tapped; `isNew`: it was not there when this was called last. */
  targets(): (Omit<PageThing, 'name'> & { name?: string; isNew: boolean })[];
  /** The name of what can be tapped there; null = it has none. */
  nameAt(x: number, y: number): string | null;
  /** Where to tap what has this name: the place, when it is of it, else its nearest centre. */
  placeOf(name: string, x: number, y: number): { x: number; y: number };
  /** Does inputs at their times by the page's own hands, passes so much time; `view` if asked. */
  act(inputs: PageInput[], ms: number, isViewed: boolean): Promise<[PageMoments?, PageView?]>;
  view(): PageView;
  /** Phases that the game offers to be led to; leads it to one. */
  phases(): string[];
  goTo(phase: string): void;
  look(): PageSight;
  layout(): PageLayout;
}
