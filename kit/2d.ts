/** The kit of games in two dimensions; its names are in the skill kit-2d. */
import { box } from './draw.js';
import { burst } from './light.js';
import { offer } from './offer.js';
import { ctx, H, preparePage, putView, W } from './page.js';
import { run, type Game, type Stage } from './round.js';

const STAGE: Stage = {
  draw(game) {
    if (game.background === undefined) ctx.clearRect(-20, -20, W + 40, H + 40);
    else box(-20, -20, W + 40, H + 40, 0, game.background);
    game.draw?.();
  },
};

preparePage();
putView();
offer({ burst, play: (game: Game) => run(game, STAGE) });
