import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../../config.js';
import { guideLines, styleGuide, type Palette } from './style-guides.js';
import { styleOptions, STYLES } from './styles.js';

describe('styles', () => {
  it.each([
    ['2d', 19],
    ['3d', 12],
  ] as const)('each of the %s entries names a preview image that is there', (dimension, count) => {
    const options = styleOptions(dimension);
    expect(options).toHaveLength(count);
    expect(
      options.filter(
        ({ imageUrl }) =>
          imageUrl === null || !existsSync(path.join(PROJECT_ROOT, 'public', imageUrl)),
      ),
    ).toEqual([]);
  });

  it('each has a palette of six, readable lettering, and what it never does', () => {
    for (const dimension of ['2d', '3d'] as const)
      for (const { id } of STYLES[dimension]) {
        const guide = styleGuide(dimension, id);
        const name = `${dimension}/${id}`;
        if (guide === null) throw new Error(`${name} has no guide`);
        const { palette, donts } = guide;
        expect(Object.values(palette), name).toHaveLength(6);
        for (const colour of Object.values(palette)) expect(colour).toMatch(/^#[0-9a-f]{6}$/);
        expect(contrast(palette.text, palette.background), name).toBeGreaterThan(4.5);
        expect(contrast(palette.player, palette.background), name).toBeGreaterThan(1.3);
        expect(contrast(palette.danger, palette.background), name).toBeGreaterThan(1.3);
        expect(donts.length, name).toBeGreaterThanOrEqual(3);
        expect(guideLines(guide)).toMatch(/^Palette: background #.*\nNever: /);
      }
    expect(styleGuide('3d', 'retro')).toBeNull();
  });
});

/** Contrast of two colours as WCAG 2 counts it. */
function contrast(left: Palette['text'], right: string): number {
  const [light = 0, dark = 0] = [left, right].map(luminance).sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
