import sharp from 'sharp';

/** A colour as the eye tells it apart: CIE L*a*b*, D65. */
export type Lab = readonly [lightness: number, a: number, b: number];
type Rgb = readonly [red: number, green: number, blue: number];

const WHITE = [0.95047, 1, 1.08883] as const;
/** Points of an image that are looked at, along its longer side. */
const SIDE = 48;

const linear = (channel: number): number => {
  const share = channel / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
};
const cubed = (value: number): number =>
  value > 216 / 24389 ? Math.cbrt(value) : (value * (24389 / 27) + 16) / 116;

export function labOf(rgb: Rgb): Lab {
  const [r, g, b] = [linear(rgb[0]), linear(rgb[1]), linear(rgb[2])];
  const x = cubed((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / WHITE[0]);
  const y = cubed((0.2126729 * r + 0.7151522 * g + 0.072175 * b) / WHITE[1]);
  const z = cubed((0.0193339 * r + 0.119192 * g + 0.9503041 * b) / WHITE[2]);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

/** How far two colours are apart (CIE76): 2.3 is just seen, black and white are 100 apart. */
export function deltaE(one: Lab, other: Lab): number {
  return Math.hypot(one[0] - other[0], one[1] - other[1], one[2] - other[2]);
}

/** `#rrggbb` as its channels. */
export function rgbOf(hex: string): Rgb {
  const at = (from: number): number => Number.parseInt(hex.slice(from, from + 2), 16);
  return [at(1), at(3), at(5)];
}

/** How far points are from the nearest colour of a palette of `#rrggbb`, on average. */
export function distanceToPalette(points: readonly Rgb[], palette: readonly string[]): number {
  const colours = palette.map((hex) => labOf(rgbOf(hex)));
  const sum = points.reduce((total, point) => {
    const lab = labOf(point);
    return total + Math.min(...colours.map((colour) => deltaE(lab, colour)));
  }, 0);
  return sum / points.length;
}

/** The points of an image, drawn small. */
export async function pointsOf(image: Buffer): Promise<Rgb[]> {
  const raw = await sharp(image)
    .resize(SIDE, SIDE, { fit: 'inside' })
    .toColourspace('srgb')
    .flatten({ background: '#ffffff' })
    .raw()
    .toBuffer();
  return Array.from({ length: raw.length / 3 }, (_, at): Rgb => {
    const [red = 0, green = 0, blue = 0] = raw.subarray(at * 3, at * 3 + 3);
    return [red, green, blue];
  });
}
