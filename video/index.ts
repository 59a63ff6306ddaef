import { registerRoot } from 'remotion';
import { Root } from './root.js';

registerRoot(Root);
