import { describe, expect, it } from 'vitest';
import { aliasOf } from './asset-names.js';

describe('the alias of a display name (rest.md §7.1)', () => {
  it.each([
    ['hero.png', 'hero', '.png'],
    ['Hero.PNG', 'Hero_PNG', '.png'],
    ['プレイヤー.png', '_____', '.png'],
    ['Test Upload Image', 'Test_Upload_Image', ''],
    ['.png', '_png', ''],
    ['../../x/y.png', 'y', '.png'],
    ['..\\..\\y.png', '______y', '.png'],
    ['a.tar.gz', 'a_tar', '.gz'],
    ['x.pngx', 'x', '.pngx'],
    [`${'a'.repeat(40)}.webp`, 'a'.repeat(32), '.webp'],
    ['name\r\nSet-Cookie: x.png', 'name__Set-Cookie__x', '.png'],
    ['nul\0.png', 'nul_', '.png'],
    ['x.p\r\nn?#%2e"g', 'x', '.p__n___2e_g'],
    ['x.a?b#c%d"e f', 'x', '.a_b_c_d_e_f'],
    [`x.${'e'.repeat(99)}`, 'x', `.${'e'.repeat(15)}`],
    ['/', 'file', ''],
    ['', 'file', ''],
  ])('%j', (name, stem, extension) => {
    expect(aliasOf(name)).toEqual({ stem, extension });
  });
});
