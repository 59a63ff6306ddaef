import { keepFilesPrivate } from '../../src/disk/private-files.js';

// What a test lays into the data folder of the shared stack looks like what the stack laid there:
// only so can a file that the stack left open be told from one of a test.
keepFilesPrivate();
