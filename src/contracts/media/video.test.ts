import { describe, expect, it } from 'vitest';
import { languageOf } from '../../domain/text/language.js';
import { plainStory } from '../../domain/game/video-prompt.js';
import { VideoStory } from './video.js';

const story = {
  tagline: '指ひとつで\n宇宙へ',
  scenes: ['かわして', '集めて', 'あそぼう', 'もっと'],
  colours: { background: '#1b1446', accent: '#FFB800' },
};

describe('words of a video', () => {
  it('are one line each, and too much is cut', () => {
    expect(VideoStory.parse({ ...story, tagline: `${'長'.repeat(30)}` }).tagline).toBe(
      '長'.repeat(24),
    );
    expect(VideoStory.parse(story)).toEqual({
      ...story,
      tagline: '指ひとつで 宇宙へ',
      scenes: ['かわして', '集めて', 'あそぼう'],
    });
  });

  it.each<[string, object]>([
    ['no words', { tagline: ' ' }],
    ['too few scenes', { scenes: ['a', 'b'] }],
    [
      'a colour that could be more than one',
      { colours: { background: 'red;}', accent: '#ffffff' } },
    ],
  ])('%s: refused', (_what, change) => {
    expect(VideoStory.safeParse({ ...story, ...change }).success).toBe(false);
  });

  it('are there when no model answers', () => {
    for (const description of ['', '星をよける。もっと', 'とても長い'.repeat(20)])
      expect(VideoStory.parse(plainStory('星よけ', description, 'ja'))).toEqual(
        plainStory('星よけ', description, 'ja'),
      );
    expect(plainStory('星よけ', '星をよける。もっと', 'ja').tagline).toBe('星をよける');
    const english = plainStory('Stars', '', 'en');
    expect(VideoStory.parse(english)).toEqual(english);
    expect(languageOf([english.tagline, ...english.scenes].join(' '))).toBe('en');
  });
});
