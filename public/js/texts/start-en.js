import { speak } from './index.js';
import { en } from './en.js';

speak(en);
