/**
 * Which part of an image lies inside a window of fixed shape: pure arithmetic of turning, flipping,
 * zooming and moving.
 */

/**
 * `quarterTurns` clockwise, then the flips as they are seen; `zoom` 1 = the image just covers the
 * window; `x`, `y` = where the image's middle lies, in windows from the window's middle.
 * @typedef {{ quarterTurns: number, flipX: boolean, flipY: boolean, zoom: number, x: number, y:
 * number }} View
 * @typedef {{ width: number, height: number }} Size
 */

export const ZOOM_MAX = 4;

/** @returns {View} */
export const wholeImage = () => ({
  quarterTurns: 0,
  flipX: false,
  flipY: false,
  zoom: 1,
  x: 0,
  y: 0,
});

/**
 * The size at which the turned image is drawn. @param {View} view @param {Size} image @param {Size}
 * window
 */
export function drawnSize(view, image, window) {
  const isLying = view.quarterTurns % 2 === 1;
  const [width, height] = isLying ? [image.height, image.width] : [image.width, image.height];
  const scale = Math.max(window.width / width, window.height / height) * view.zoom;
  return { width: width * scale, height: height * scale, scale };
}

/**
 * The nearest view that leaves no part of the window empty. @param {View} view @param {Size} image
 * @param {Size} window @returns {View}
 */
export function inside(view, image, window) {
  const zoom = Math.min(ZOOM_MAX, Math.max(1, view.zoom));
  const { width, height } = drawnSize({ ...view, zoom }, image, window);
  const room = { x: (width / window.width - 1) / 2, y: (height / window.height - 1) / 2 };
  return {
    ...view,
    zoom,
    x: Math.min(room.x, Math.max(-room.x, view.x)),
    y: Math.min(room.y, Math.max(-room.y, view.y)),
  };
}

/**
 * Turns clockwise by a quarter; what is in the middle stays there as far as it can. @param {View}
 * view @returns {View}
 */
export function turned(view) {
  const isMirrored = view.flipX !== view.flipY;
  return {
    ...view,
    quarterTurns: (view.quarterTurns + (isMirrored ? 3 : 1)) % 4,
    x: -view.y * (16 / 9),
    y: view.x * (9 / 16),
  };
}

/** @param {View} view @param {'x' | 'y'} axis @returns {View} */
export function flipped(view, axis) {
  return axis === 'x'
    ? { ...view, flipX: !view.flipX, x: -view.x }
    : { ...view, flipY: !view.flipY, y: -view.y };
}

/**
 * Draws the image so that the window's middle is at `centre`.
 * @param {CanvasRenderingContext2D} context @param {CanvasImageSource} image @param {View} view
 * @param {Size} size @param {Size} window
 * @param {{ x: number, y: number }} centre
 */
export function draw(context, image, view, size, window, centre) {
  const { scale } = drawnSize(view, size, window);
  context.save();
  context.translate(centre.x + view.x * window.width, centre.y + view.y * window.height);
  context.scale(view.flipX ? -1 : 1, view.flipY ? -1 : 1);
  context.rotate((view.quarterTurns * Math.PI) / 2);
  context.scale(scale, scale);
  context.drawImage(image, -size.width / 2, -size.height / 2);
  context.restore();
}
