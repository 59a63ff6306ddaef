import { describe, expect, it } from 'vitest';
import { maskOf, MASK_SIZE, subjectMask } from './u2netp.js';

describe('a mask', () => {
  it('spreads the surety over the whole range', () => {
    expect([...maskOf(Float32Array.of(0.1, 0.5, 0.9))]).toEqual([0, 128, 255]);
  });

  it.each([
    ['unsure everywhere', [0, 0.1, 0.2]],
    ['the same everywhere', [0.8, 0.8, 0.8]],
    ['no number', [NaN, NaN, NaN]],
  ])('of an image where the network is %s: no subject', (_what, surety) => {
    expect(() => maskOf(Float32Array.from(surety))).toThrow(
      expect.objectContaining({ kind: 'CutoutFailed' }) as Error,
    );
  });

  it('needs the network', async () => {
    const rgb = Buffer.alloc(MASK_SIZE * MASK_SIZE * 3);
    for (const file of [undefined, '/nonexistent/u2netp.onnx'])
      await expect(subjectMask(rgb, { file })).rejects.toMatchObject({
        kind: 'ImageServiceMissing',
      });
  });
});
