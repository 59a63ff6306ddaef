import { FRAME_MS, SPARES } from '../../names.js';
import { before } from './canvas.js';
import { nameOf } from './things.js';

/** Shows or hides what is drawn in three dimensions. */
export interface Spared {
  isSeen: boolean;
  /** Kind of what a canvas is drawn with; of no other canvas anything is to be seen. */
  readonly contexts: WeakMap<HTMLCanvasElement, unknown>;
  /** Whether something was drawn to be seen in the last frame: nothing older can be read. */
  readonly isFresh: () => boolean;
  /** What the last frame has drawn. */
  readonly drawn: Drawn;
  /** Called in the task that has drawn what is seen: a browser takes it away after a later one. */
  onSeen?: () => void;
  /** Draws the scenes that were skipped last, unless something was drawn since then. */
  readonly catchUp: () => void;
}

export interface Drawn {
  at: number;
  /** Scenes of three. */
  scenes: Map<Scene, Camera>;
  /** How often it has drawn otherwise, and a name of the places that it has drawn at. */
  draws: number;
  places: number;
}

/** Drawings in consecutive frames before one is skipped: single drawings are never. */
const STREAK = 3;
const DRAWS = [
  'clear',
  'drawArrays',
  'drawElements',
  'drawArraysInstanced',
  'drawElementsInstanced',
];

interface Matrix {
  elements: number[];
}
/** What three draws. */
export interface Scene {
  readonly [isKind: `is${string}`]: unknown;
  readonly visible: boolean;
  readonly type: string;
  readonly name: string;
  readonly children: readonly Scene[];
  readonly matrixWorld: Matrix;
  readonly geometry?: { type: string; parameters?: Record<string, unknown> };
  /** How many a mesh is drawn as, and where each is. */
  readonly count?: number;
  readonly instanceMatrix?: { array: ArrayLike<number> };
  matrixWorldAutoUpdate: boolean;
  updateMatrixWorld(): void;
}
export type Camera = Scene & {
  readonly parent: unknown;
  readonly matrixWorldInverse: Matrix;
  readonly projectionMatrix: Matrix;
};
interface Renderer {
  getRenderTarget(): unknown;
  render(scene: Scene, camera: Camera): void;
}

/**
 * Three dimensions are drawn by software here: without smooth edges, and a game that draws in every
 * frame skips those that are not captured; one that is `isUnseen` skips all. A scene of three can
 * be drawn later: of it only the first frame is drawn unseen, which compiles what games ask for.
 */
export function spareDrawings(moment: () => number, isUnseen: boolean): Spared {
  let [drawnAt, seenAt, streak] = [-1, -1, 0];
  const contexts = new WeakMap<HTMLCanvasElement, unknown>();
  const isFresh = (): boolean => seenAt >= 0 && moment() - seenAt <= FRAME_MS;
  const drawn: Drawn = { at: -1, scenes: new Map(), draws: 0, places: 0 };
  const skipped: (() => void)[] = [];
  const catchUp = (): void => {
    for (const draw of skipped.splice(0)) draw();
  };
  const spared: Spared = { isSeen: false, contexts, isFresh, drawn, catchUp };
  const callSeen = onceATask(() => spared.onSeen?.());
  const drawing = (): Drawn => {
    if (drawn.at === moment()) return drawn;
    skipped.length = 0;
    return Object.assign(drawn, { at: moment(), scenes: new Map(), draws: 0, places: 0 });
  };
  const isSpared = (isDrawnLater = false): boolean => {
    const at = moment();
    if (at !== drawnAt) streak = at - drawnAt <= 2 * FRAME_MS ? streak + 1 : 0;
    drawnAt = at;
    if (spared.isSeen) {
      seenAt = at;
      callSeen();
    }
    return !spared.isSeen && (isUnseen || isDrawnLater || streak > STREAK);
  };
  for (const type of [window.HTMLCanvasElement, window.OffscreenCanvas])
    if (type) withoutSmoothEdges(type.prototype, contexts);
  before(window.HTMLCanvasElement?.prototype, 'transferControlToOffscreen', (canvas) => {
    contexts.set(canvas, 'elsewhere');
  });
  for (const type of [window.WebGLRenderingContext, window.WebGL2RenderingContext]) {
    for (const name of DRAWS)
      before<object>(type?.prototype, name, () => {
        drawing().draws += 1;
        return !isSpared();
      });
    before<object>(type?.prototype, 'uniformMatrix4fv', (_, [, , values]) => {
      const matrix = Array.from(values as ArrayLike<number>);
      drawing().places = nameOf([drawn.places, ...matrix.map((value) => value * 64)]);
    });
  }
  const known = new WeakSet<Scene>();
  // Of a whole scene only what the game can read is computed: where everything is.
  Object.defineProperty(window, SPARES, {
    value: (renderer: Renderer, scene: Scene, camera: Camera | undefined): boolean => {
      if (!camera?.['isCamera']) return false;
      drawing().scenes.set(scene, camera);
      const isKnown = known.has(scene);
      known.add(scene);
      if (renderer.getRenderTarget() !== null || !isSpared(isKnown)) return false;
      if (scene.matrixWorldAutoUpdate) scene.updateMatrixWorld();
      if (camera.parent === null && camera.matrixWorldAutoUpdate) camera.updateMatrixWorld();
      skipped.push(() => renderer.render(scene, camera));
      return true;
    },
  });
  return spared;
}

/** Calls it at the end of the callback that asks for it, however often that does. */
function onceATask(call: () => void): () => void {
  let isAsked = false;
  return () => {
    if (isAsked) return;
    isAsked = true;
    void Promise.resolve().then(() => {
      isAsked = false;
      call();
    });
  };
}

function withoutSmoothEdges(prototype: object, contexts: WeakMap<object, unknown>): void {
  const methods = prototype as { getContext: (...given: unknown[]) => unknown };
  const original = methods.getContext;
  methods.getContext = function (type: unknown, wanted: unknown, ...rest: unknown[]): unknown {
    if (!contexts.has(this)) contexts.set(this, type);
    const given =
      typeof type === 'string' && type.startsWith('webgl')
        ? { ...(wanted as object | undefined), antialias: false }
        : wanted;
    return Reflect.apply(original, this, [type, given, ...rest]);
  };
}
