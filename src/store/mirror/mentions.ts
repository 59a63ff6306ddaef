import { git, type Repo } from '../../git/process.js';
import { readBlobs } from '../../git/read.js';

/** Objects in memory at once. */
const BLOBS_AT_ONCE = 100;

/**
 * Which of the words stand in any text of any version or candidate of a repository. `isText`
 * decides by path whether a file may hold them. Throws `RevisionMissing` when there is no
 * repository.
 */
export async function wordsMentioned(
  repo: Repo,
  words: ReadonlySet<string>,
  isText: (path: string) => boolean,
): Promise<Set<string>> {
  const listed = (await git(repo, ['rev-list', '--objects', '--all'])).toString('utf8');
  const oids = listed.split('\n').flatMap((line) => {
    const [oid = '', ...file] = line.split(' ');
    return file.length > 0 && isText(file.join(' ')) ? [oid] : [];
  });
  const found = new Set<string>();
  for (let at = 0; at < oids.length && found.size < words.size; at += BLOBS_AT_ONCE)
    for (const blob of await readBlobs(repo, oids.slice(at, at + BLOBS_AT_ONCE))) {
      const text = blob.toString('utf8');
      for (const word of words) if (text.includes(word)) found.add(word);
    }
  return found;
}
