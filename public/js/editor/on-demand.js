/**
 * The parts of the editor that are loaded with the first one that is used: one import makes one
 * chunk beside the editor's own.
 */
export { uploadAsset } from '../assets/asset-calls.js';
export { openImageGeneration } from '../assets/generate.js';
export { openImageEditor } from '../assets/image-editor.js';
export { keepLeftImages } from '../assets/made-images.ts';
export { openLibrary } from '../assets/library.js';
export { openCodeViewer } from './code-viewer.js';
export { showTuning } from './tuning-panel.tsx';
export { openVersionsPanel } from './versions-panel.tsx';
