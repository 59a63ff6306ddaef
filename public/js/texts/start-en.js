import { en } from './en.js';

window.texts = en;
