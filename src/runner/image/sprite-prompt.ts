/**
 * What the image model is asked for a sprite: one thing, on a ground that can be taken away
 * afterwards (rest.md §7.10).
 */
export function spritePrompt(wish: string): string {
  return [
    wish.trim(),
    '',
    'Draw this as one isolated game sprite: a single subject, whole, centred, with some ' +
      'space around it.',
    'Fill everything behind the subject with one flat, solid magenta, exactly #FF00FF, ' +
      'right up to all four edges of the image.',
    'No shadow, no floor, no glow, no gradient, no frame and no text on the magenta; the ' +
      'outline of the subject is crisp.',
    'Do not use magenta or similar pinks in the subject itself.',
  ].join('\n');
}
