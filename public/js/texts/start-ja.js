import { ja } from './ja.js';

window.texts = ja;
