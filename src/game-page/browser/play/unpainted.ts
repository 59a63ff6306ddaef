/** Methods that paint a flat canvas and change nothing else, with how many arguments they need. */
const PAINTING = {
  fill: 0,
  stroke: 0,
  fillRect: 4,
  strokeRect: 4,
  clearRect: 4,
  fillText: 3,
  strokeText: 3,
} as const;

type Paint = (this: unknown, ...given: unknown[]) => unknown;

/**
 * Flat canvases stay empty from now on: painting is most of what a game costs, and a followed page
 * is known by its calls. A call with the wrong arguments, or a broken image, throws as ever.
 */
export function leaveUnpainted(): void {
  const plane = window.CanvasRenderingContext2D?.prototype as unknown as
    Record<string, Paint> | undefined;
  const point = Object.assign(document.createElement('canvas'), { width: 1, height: 1 });
  const brush = point.getContext('2d');
  const replace = (name: string, isSkipped: (given: readonly unknown[]) => boolean): void => {
    const paint = plane?.[name];
    if (!plane || !paint) return;
    plane[name] = (...given) =>
      isSkipped(given)
        ? undefined
        : Reflect.apply<unknown, unknown[], unknown>(paint, brush, given);
  };
  for (const [name, needs] of Object.entries(PAINTING))
    replace(name, ({ length }) => (needs === 0 ? length === 0 : length >= needs));
  replace('drawImage', () => false);
}
