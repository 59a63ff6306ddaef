import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../config.js';
import { styleOptions } from './styles.js';

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
});
