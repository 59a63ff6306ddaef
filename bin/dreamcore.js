#!/usr/bin/env node
/** `npx dreamcore`: registers the TypeScript loader, then runs the command line. */
try {
  const { register } = await import('tsx/esm/api');
  register();
} catch {
  process.stderr.write('The packages of DreamCore are not installed. Run: npm ci\n');
  process.exit(1);
}
await import('../dev/doctor/main.ts');
