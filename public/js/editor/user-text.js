/**
 * What a stored user message holds besides its text: attached images, an error report, a chosen
 * style.
 */

import { ERROR_REPORT } from '../../../src/contracts/messages/error-report.ts';

/** @typedef {{ number: string, name: string, url: string | null }} Attachment */

const ATTACHMENT = /^(\d+)：画像「(.*?)」を使用: (\S+)$/;
const OWN_FILE = /^\/(?:user-assets|api\/assets)\/[^\s]+$/;

const STACK_LINES = 3;

/**
 * Lines of attachments stand before the text.
 * @param {string} content
 * @returns {{ attachments: Attachment[], body: string }}
 */
export function splitAttachments(content) {
  const lines = content.split('\n');
  /** @type {Attachment[]} */
  const attachments = [];
  for (const line of lines) {
    const [, number, name, url] = line.match(ATTACHMENT) ?? [];
    if (number === undefined || name === undefined || url === undefined) break;
    attachments.push({ number, name, url: OWN_FILE.test(url) ? url : null });
  }
  return { attachments, body: lines.slice(attachments.length).join('\n').trim() };
}

/**
 * The request behind 自動修正: type, message, place and the first stack lines of each error.
 * @param {readonly import('../types.js').GameError[]} errors
 */
export function repairRequest(errors) {
  const reports = errors.map((error, index) => {
    const place =
      error.file === undefined
        ? ''
        : `\n   at ${error.file}:${error.line ?? 0}:${error.column ?? 0}`;
    const stack = (error.stack ?? '')
      .split('\n')
      .slice(0, STACK_LINES)
      .map((line) => `\n   ${line.trim()}`)
      .join('');
    return `${index + 1}. [${error.type}] ${error.message}${place}${stack}`;
  });
  return [ERROR_REPORT, ...reports].join('\n');
}

/** @param {string} content */
export function isRepairRequest(content) {
  return content.startsWith(ERROR_REPORT);
}
