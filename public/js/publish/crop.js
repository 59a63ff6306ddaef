/**
 * The dialog in which a chosen image is cut to 9:16: the frame stands still, the image is moved,
 * zoomed, turned and flipped under it.
 */
import { text } from '../texts/index.js';
import { dialogHeader, openDialog } from '../ui/dialog.js';
import { h } from '../ui/dom.js';
import { icon } from '../ui/icons.js';
import { CropStage } from './crop-stage.js';
import { ZOOM_MAX } from './crop-view.js';

/**
 * @param {ImageBitmap} image
 * @returns {Promise<import('./crop-view.js').View | null>} what lies in the frame; null when the
 * person changed his mind
 */
export async function cropDialog(image) {
  const zoom = h('input', {
    type: 'range',
    class: 'crop-zoom',
    min: 1,
    max: ZOOM_MAX,
    step: 0.01,
    value: 1,
  });
  const stage = new CropStage(image, (view) => {
    zoom.value = String(view.zoom);
  });
  zoom.addEventListener('input', () => stage.zoomTo(Number(zoom.value)));
  let isChosen = false;
  const { closed } = openDialog({
    className: 'work-dialog crop-dialog',
    title: text.cropTitle,
    scrimCloses: false,
    content: (close) => [
      dialogHeader(close),
      cropBody(stage, zoom),
      h(
        'div',
        { class: 'crop-footer' },
        h('button', { type: 'button', class: 'button', onclick: close }, text.cancel),
        h(
          'button',
          {
            type: 'button',
            class: 'button primary',
            onclick: () => {
              isChosen = true;
              close();
            },
          },
          text.cropApply,
        ),
      ),
    ],
  });
  stage.open();
  await closed;
  stage.close();
  return isChosen ? stage.view : null;
}

/**
 * What lies between header and buttons: the frame, its note, zoom and tools.
 * @param {CropStage} stage @param {HTMLInputElement} zoom
 */
function cropBody(stage, zoom) {
  return h(
    'div',
    { class: 'crop-body' },
    stage.element,
    h(
      'p',
      { class: 'crop-note', id: 'cropNote' },
      h('strong', {}, text.cropNote),
      h('span', {}, text.cropHint),
    ),
    h('label', { class: 'crop-zoom-field' }, h('span', {}, text.cropZoom), zoom),
    h(
      'div',
      { class: 'crop-tools' },
      tool('rotate', text.cropRotate, () => stage.turn()),
      tool('flipX', text.cropFlipX, () => stage.flip('x')),
      tool('flipY', text.cropFlipY, () => stage.flip('y')),
    ),
  );
}

/**
 * @param {import('../ui/icons.js').IconName} name @param {string} label @param {() => void} onclick
 */
function tool(name, label, onclick) {
  return h('button', { type: 'button', class: 'button compact', onclick }, icon(name, 18), label);
}
