import { cut } from '../../contracts/base/cut.js';
import { z } from 'zod';
import { oneLine } from '../text/one-line.js';

/** One line of a model's words; UTF-16 takes up to two units for each of them. */
export const words = (maxUnits: number) =>
  z.string().transform((text) => cut(oneLine(text), maxUnits / 2));
