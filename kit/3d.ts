/** The kit of games in three dimensions, three inside; its names are in the skill kit-3d. */
import * as THREE from 'three';
import { RoundedBoxGeometry } from 'three/examples/jsm/geometries/RoundedBoxGeometry.js';
import { offer } from './offer.js';
import { ctx, H, preparePage, putView, view, W } from './page.js';
import { run, type Game, type Stage } from './round.js';
import * as world from './world.js';

const STAGE: Stage = {
  draw(game, dt) {
    world.showWorld(dt);
    ctx.clearRect(-20, -20, W + 40, H + 40);
    game.draw?.();
  },
};

function play(game: Game): void {
  if (game.background !== undefined) world.paintSky(game.background);
  run(game, STAGE);
}

preparePage();
world.putWorld();
// Only shows: touches are the world's.
view.style.pointerEvents = 'none';
putView();
const { scene, camera, renderer, sky, sun, solid, burst, screenAt, objectAt, groundAt } = world;
offer({
  THREE: { ...THREE, RoundedBoxGeometry },
  scene,
  camera,
  renderer,
  sky,
  sun,
  solid,
  burst,
  screenAt,
  objectAt,
  groundAt,
  play,
});
