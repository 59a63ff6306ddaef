import sharp, { type Sharp } from 'sharp';

interface Tiles {
  readonly width: number;
  readonly height: number;
  readonly columns: number;
  /** Pixels between two images; left out: none. */
  readonly gap?: number;
}

/** Images as tiles of that size on white, from left to right and from top to bottom. */
export async function sheetOf(
  images: readonly Buffer[],
  { width, height, columns, gap = 0 }: Tiles,
): Promise<Sharp> {
  const tiles = images.map(async (image, at) => ({
    input: await sharp(image).resize(width, height).png().toBuffer(),
    left: (at % columns) * (width + gap),
    top: Math.floor(at / columns) * (height + gap),
  }));
  const create = {
    width: columns * (width + gap) - gap,
    height: Math.ceil(images.length / columns) * (height + gap) - gap,
    channels: 3,
    background: '#ffffff',
  } as const;
  return sharp({ create }).composite(await Promise.all(tiles));
}
