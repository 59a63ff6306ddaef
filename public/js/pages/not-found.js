/** What stands at an address that leads nowhere: a word, and two ways on. */
import { text } from '../texts/index.js';
import { startPage } from '../ui/shell.js';

startPage(text.notFoundTitle);
