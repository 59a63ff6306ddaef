import path from 'node:path';
import { bundle } from '@remotion/bundler';

/**
 * Bundles the composition in `sources` as a site into `outDir`: `<sources> <outDir>`. A program of
 * its own, because it blocks its thread for seconds, while a worker has to send heartbeats. Ends
 * with its parent.
 */
const [sources = '', outDir = ''] = process.argv.slice(2);
process.once('disconnect', () => process.exit(1));
await bundle({
  entryPoint: path.join(sources, 'index.ts'),
  rootDir: sources,
  outDir,
  publicDir: path.join(sources, 'public'),
  rspack: true,
  enableCaching: false,
  rspackOverride: (config) => ({
    ...config,
    devtool: false,
    resolve: { ...config.resolve, extensionAlias: { '.js': ['.ts', '.tsx', '.js'] } },
  }),
});
process.exit(0);
