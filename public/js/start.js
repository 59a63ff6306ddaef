/**
 * The first module of every page: the words in the person's language, then the page that the
 * markup names (`data-page`). Modules of a page may use the words as soon as they are read.
 */
import { loadTexts } from './texts/index.js';

void loadTexts().then(() => import(`./pages/${document.body.dataset['page']}.js`));
