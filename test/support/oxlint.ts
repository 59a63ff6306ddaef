import { execFile } from 'node:child_process';
import path from 'node:path';
import { PROJECT_ROOT } from '../../src/config.js';

export interface Finding {
  /** Relative to the folder. */
  readonly file: string;
  /** Without the name of its plugin; empty when the file does not parse. */
  readonly rule: string;
  /** Followed by our own sentence, where the configuration has one. */
  readonly message: string;
}

interface Report {
  readonly diagnostics: readonly {
    message: string;
    help?: string;
    code?: string;
    filename: string;
  }[];
}

/** What oxlint finds in the files of a folder, by the configuration of that name in it. */
export async function oxlint(folder: string, config: string): Promise<Finding[]> {
  const program = path.join(PROJECT_ROOT, 'node_modules/oxlint/bin/oxlint');
  const report = await new Promise<string>((resolve) => {
    execFile(
      process.execPath,
      [program, '--config', config, '--format', 'json'],
      { cwd: folder },
      (_failed, stdout, stderr) => resolve(stdout || stderr),
    );
  });
  const { diagnostics } = JSON.parse(report) as Report;
  return diagnostics.map(({ message, help = '', code = '', filename }) => ({
    file: filename,
    rule: /\((.+)\)/.exec(code)?.[1] ?? '',
    message: `${message} ${help}`.trimEnd(),
  }));
}
