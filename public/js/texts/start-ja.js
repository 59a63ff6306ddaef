import { speak } from './index.js';
import { ja } from './ja.js';

speak(ja);
