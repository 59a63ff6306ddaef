import sharp from 'sharp';

const SHAPES: Readonly<Record<string, string>> = {
  cat:
    '<path d="M14 40 20 12 44 28h40l24-16 6 28v44q-50 40-100 0z" fill="#f59e0b"/>' +
    '<circle cx="46" cy="58" r="8"/><circle cx="82" cy="58" r="8"/>',
  ship: '<path d="M64 8 108 116 64 92 20 116z" fill="#2563eb"/><circle cx="64" cy="60" r="12"/>',
  robot:
    '<rect x="24" y="32" width="80" height="76" rx="12" fill="#64748b"/>' +
    '<rect x="40" y="52" width="16" height="16" fill="#22d3ee"/>' +
    '<rect x="72" y="52" width="16" height="16" fill="#22d3ee"/>',
  flower:
    '<g fill="#ec4899"><circle cx="64" cy="32" r="26"/><circle cx="96" cy="64" r="26"/>' +
    '<circle cx="64" cy="96" r="26"/><circle cx="32" cy="64" r="26"/></g>' +
    '<circle cx="64" cy="64" r="20" fill="#facc15"/>',
};

/** An image that a player might have of a thing, PNG. Throws for what it cannot draw. */
export async function ownImage(thing: string): Promise<Buffer> {
  const shape = SHAPES[thing];
  if (shape === undefined) throw new Error(`there is no image of "${thing}"`);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="128" height="128">${shape}</svg>`;
  return sharp(Buffer.from(svg)).png().toBuffer();
}
