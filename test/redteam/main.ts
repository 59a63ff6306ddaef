import { attackStack } from './attack.js';
import { runSuite, SUITES } from './suites.js';
import { tableOf, writeTable } from './table.js';
import { Tally } from './wall.js';

/**
 * `npm run redteam`: all attacks against a stack of its own, and those that are tests. Prints and
 * keeps how many held; ends with 1 when one did not. `-- --small` attacks the stack alone, with a
 * sample, and keeps nothing. `-- --only=floods` attacks the walls with this in their names.
 */
async function main(): Promise<number> {
  const isSmall = process.argv.includes('--small');
  const only = process.argv.find((each) => each.startsWith('--only='))?.slice('--only='.length);
  const isWhole = !isSmall && only === undefined;
  const tell = (name: string, { tries, held, fallen }: Tally): void => {
    process.stdout.write(`${held} of ${tries} held: ${name}\n`);
    for (const what of fallen) process.stdout.write(`  NOT HELD ${what}\n`);
  };
  const results = [...(await attackStack({ isSmall, only }, tell))];
  for (const [name, files] of isSmall ? [] : Object.entries(SUITES)) {
    if (only !== undefined && !name.includes(only)) continue;
    const tally = new Tally();
    await runSuite(files, tally);
    results.push([name, tally]);
    tell(name, tally);
  }
  const table = tableOf(results);
  process.stdout.write(`\n${table}\n`);
  if (isWhole) await writeTable(table);
  return results.every(([, { fallen }]) => fallen.length === 0) ? 0 : 1;
}

process.exitCode = await main();
