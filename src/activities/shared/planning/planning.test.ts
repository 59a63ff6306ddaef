import { describe, expect, it } from 'vitest';
import { parseAnswer } from './planning.js';

describe('an answer of the model', () => {
  it('is the JSON that was asked for, wherever it stands in the text', () => {
    expect(
      parseAnswer(
        'はい。\n```json\n{"message": " 星を集めます ", "suggestions": ["敵を増やして", " ", "a\\nb", "c",' +
          ' "d"]}\n```',
      ),
    ).toEqual({ message: '星を集めます', suggestions: ['敵を増やして', 'a b', 'c'] });
  });

  it('without suggestions, or with odd ones, is still an answer', () => {
    expect(parseAnswer('{"message":"はい"}')).toEqual({ message: 'はい', suggestions: [] });
    expect(parseAnswer('{"message":"はい","suggestions":"いいえ"}')).toEqual({
      message: 'はい',
      suggestions: [],
    });
  });

  it('in plain words is taken at its word', () => {
    expect(parseAnswer('指で動かします。')).toEqual({
      message: '指で動かします。',
      suggestions: [],
    });
    expect(parseAnswer('{"message": 1} か {')).toEqual({
      message: '{"message": 1} か {',
      suggestions: [],
    });
  });
});
