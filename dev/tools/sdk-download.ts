/**
 * `sdk-download.ts <folder> <version>`: has the Temporal SDK fetch its dev server into the folder;
 * exits 1 with the reason when it cannot.
 */
const [folder, version] = process.argv.slice(2);
if (!folder || !version) throw new Error('usage: sdk-download.ts <folder> <version>');
try {
  // A development dependency: absent in a production install, which needs no dev server either.
  const { TestWorkflowEnvironment } = await import('@temporalio/testing');
  const environment = await TestWorkflowEnvironment.createLocal({
    server: { executable: { type: 'cached-download', downloadDir: folder, version } },
  });
  await environment.teardown();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
